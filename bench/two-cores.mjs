// The control of every figure on two cores: what two processes of `openssl speed` get done beside one, at this moment.
import { spawnSync } from 'node:child_process'

export function twoCores(algorithm, operation) {
  const measure = processes => {
    const argv = ['speed', '-seconds', '1', '-multi', String(processes), '-mr', algorithm]
    const { stdout, status } = spawnSync('openssl', argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    // +F2:NUMBER:BITS:SIGNATURES A SECOND:VERIFICATIONS A SECOND, of all processes together.
    const [, sign, verify] = /^\+F2:\d+:\d+:([\d.e-]+):([\d.e-]+)$/m.exec(stdout) ?? []
    if (status !== 0 || sign === undefined) throw new Error('openssl speed has no figures')
    return Number(operation === 'sign' ? sign : verify)
  }
  const one = measure(1)
  return measure(2) / one
}
