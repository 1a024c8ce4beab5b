// Where the workload is, how long each thing is measured, and the command lines that several parts share.
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SIGNED_AT } from './workload.mjs'

// Where it is set, Node 20 reads a bundle of certificates at every start.
delete process.env.NODE_EXTRA_CA_CERTS

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')
export const folder = process.env.BENCH_FOLDER ?? join(tmpdir(), 'dkim-bench')
/** Rounds of the longer measurements; short commands are run several times as often. */
export const rounds = Number(process.env.BENCH_ROUNDS ?? 4)
/** Seconds of CPU that a library is measured in each round, after a warm-up. */
export const seconds = Number(process.env.BENCH_SECONDS ?? 1.2)
Object.assign(process.env, { BENCH_FOLDER: folder, BENCH_SECONDS: String(seconds) })

export const bareNode = [process.execPath, '-e', '0']
export const dkim = [process.execPath, join(root, 'bin', 'dkim.js')]
const keys = ['--dns-file', join(folder, 'keys.json'), '--now', SIGNED_AT.toISOString()]
export const verify = [...dkim, 'verify', ...keys]
export const sign = [
  ...[...dkim, 'sign', '--key', join(folder, 'rsa.pem'), '--domain', 'd0.example.com', '--selector', 'rsa'],
  ...['--time', SIGNED_AT.toISOString()],
]

const quoted = argv => argv.map(word => `'${word}'`).join(' ')
/** `argv` with `file` at the other end of a pipe. */
export const piped = (file, argv) => ['sh', '-c', `cat '${file}' | exec ${quoted(argv)}`]

export const passes = text => JSON.parse(text).result === 'pass'

/** Progress, for whoever waits. */
export const tell = text => process.stderr.write(`${text}\n`)
