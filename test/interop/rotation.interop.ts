// A rotation of two domains in simulated time, with NSD as the first name server and BIND as the second: with a wrong new key, a
// secondary that lags, a signer that was left behind, and an old record deleted too early. No step that loses mail is ever due.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatKeyRecord } from '../../src/core/dkim/key-record.js'
import { sign } from '../../src/core/dkim/sign.js'
import { exportPrivateKey, generatePrivateKey, type PrivateKey } from '../../src/core/keys/private-key.js'
import { rotatePlan } from '../commands/rotate-plan/run-in-process.js'
import { freePort, hasProgram, Peers } from './dns-peers.js'

const MISSING = ['nsd', 'named'].filter(name => !hasProgram(name))
if (MISSING.length > 0)
  console.error(`interop: SKIPPED is the rotation against name servers: ${MISSING.join(', ')} not found`)

const DAY = 86_400_000
const START = Date.UTC(2026, 10, 22, 12)
const REVOKED = 'v=DKIM1; p='
const DOMAINS = ['one.test', 'two.test'] as const
type Domain = (typeof DOMAINS)[number]
type Records = Readonly<Record<string, string>>

const quoted = (text: string): string => (text.match(/.{1,255}/g) ?? ['']).map(part => `"${part}"`).join(' ')
const zone = (serial: number, records: Records): string =>
  `$TTL 600\n@ IN SOA ns1 root ( ${serial} 3600 600 86400 30 )\n  IN NS ns1\n  IN NS ns2\nns1 IN A 127.0.0.2\nns2 IN A 127.0.0.1\n` +
  Object.entries(records)
    .map(([selector, text]) => `${selector}._domainkey IN TXT ${quoted(text)}\n`)
    .join('')

interface Phase {
  readonly id: string
  readonly status: string
}

interface Plan {
  readonly domain: Domain
  readonly stage: string
  readonly phases: readonly Phase[]
  readonly nextAction: { readonly phase: string; readonly due: boolean } | null
}

/** one.test: a wrong key is published first, the secondary lags, and one signer is left behind. */
function scriptOfOne(day: number, records: Records): { primary: Records; secondary: Records; signers: string[] } {
  const { s1 = '', s2 = '', wrong = '' } = records
  const old = (at: number): Records => (at < 33 ? { s1 } : at < 65 ? { s1: REVOKED } : {})
  const fresh = (at: number): Records => (at < 1 ? {} : at < 3 ? { s2: wrong } : { s2 })
  const signers = day < 8 ? ['s1'] : day === 16 ? ['s2', 's1'] : ['s2']
  return {
    primary: { ...old(day), ...fresh(day) },
    secondary: { ...old(day - 1), ...fresh(day - 2) },
    signers,
  }
}

/** two.test: the old record is deleted on day 10, in the overlap, and published again on day 12; then the signer loses its key for a day. */
function scriptOfTwo(day: number, records: Records): { primary: Records; secondary: Records; signers: string[] } {
  const { s1 = '', s2 = '' } = records
  const old: Records = day >= 10 && day < 12 ? {} : day < 33 ? { s1 } : day < 65 ? { s1: REVOKED } : {}
  const there = { ...old, ...(day < 1 ? {} : { s2 }) }
  const signers = day < 6 ? ['s1'] : day === 20 ? ['broken'] : ['s2']
  return { primary: there, secondary: there, signers }
}

const SCRIPTS = { 'one.test': scriptOfOne, 'two.test': scriptOfTwo } as const

describe.skipIf(MISSING.length > 0)('a rotation against NSD and BIND', () => {
  const peers = new Peers()
  const servers: string[] = []
  const state = join(peers.folder, 'plan.json')
  const keys = new Map<string, PrivateKey>()
  const records: Record<string, string> = {}
  let port = 0
  let [serial, published] = [0, '']

  /** NSD and BIND read their zone files when they start. */
  async function publish(day: number): Promise<void> {
    const zones = DOMAINS.map(domain => SCRIPTS[domain](day, records))
    if (JSON.stringify(zones.map(({ primary, secondary }) => [primary, secondary])) === published) return
    published = JSON.stringify(zones.map(({ primary, secondary }) => [primary, secondary]))
    serial += 1
    const files = { nsd: {} as Record<string, string>, bind: {} as Record<string, string> }
    for (const [index, domain] of DOMAINS.entries()) {
      files.nsd[domain] = peers.write(`nsd-${domain}`, zone(serial, zones[index]!.primary))
      files.bind[domain] = peers.write(`bind-${domain}`, zone(serial, zones[index]!.secondary))
    }
    await peers.halt()
    await peers.nsd('127.0.0.2', port, files.nsd)
    await peers.bind('127.0.0.1', port, files.bind)
  }

  beforeAll(async () => {
    for (const name of ['s1', 's2', 'wrong']) {
      const key = await generatePrivateKey('rsa', 2048)
      keys.set(name, key)
      records[name] = formatKeyRecord({ keyType: 'rsa', publicKey: key.publicKey.p })
    }
    for (const domain of DOMAINS) {
      const file = join(peers.folder, `s2._domainkey.${domain}.private.pem`)
      writeFileSync(file, exportPrivateKey(keys.get('s2')!), { mode: 0o600 })
    }
    port = await freePort()
    servers.push(`127.0.0.2:${port}`, `127.0.0.1:${port}`)
    await publish(0)
    const list = peers.write('domains', DOMAINS.map(domain => `${domain} s1 s2\n`).join(''))
    const { code, stderr } = await rotate(0, '--domains', list, '--key-dir', peers.folder)
    expect([code, stderr]).toEqual([0, ''])
  }, 120_000)
  afterAll(() => peers.stop())

  function rotate(day: number, ...argv: string[]) {
    const now = ['--now', new Date(START + day * DAY).toISOString(), '--state', state, '--format', 'ndjson']
    const dns = servers.flatMap(server => ['--authoritative', server])
    return rotatePlan(...argv, ...now, ...dns, '--nameserver', servers[0]!)
  }

  async function message(domain: Domain, signer: string, at: number): Promise<string> {
    const selector = signer === 'broken' ? 's2' : signer
    const key = keys.get(signer === 'broken' ? 'wrong' : signer)!
    const text = Buffer.from(`From: a@${domain}\r\nSubject: ${at}\r\n\r\nhello\r\n`)
    const { fields } = await sign(text, {
      requests: [{ key, domain, selector, timestamp: at / 1000 }],
      now: new Date(at),
    })
    return peers.write(`${domain}-${signer}-${at}.eml`, Buffer.concat([...fields, text]).toString('latin1'))
  }

  it('never calls a step due that loses mail', async () => {
    const lastOld: Record<Domain, number> = { 'one.test': 0, 'two.test': 0 }
    const stages: Record<Domain, Map<string, number[]>> = { 'one.test': new Map(), 'two.test': new Map() }
    const retired: Record<Domain, Set<string>> = { 'one.test': new Set(), 'two.test': new Set() }
    for (let day = 0; day <= 70; day += 1) {
      await publish(day)
      const at = START + day * DAY - 3_600_000
      const samples: string[] = []
      for (const domain of DOMAINS) {
        for (const signer of SCRIPTS[domain](day, records).signers) {
          if (signer === 's1') lastOld[domain] = day
          samples.push(await message(domain, signer, at))
        }
      }
      const { stdout } = await rotate(day, '--check', '--sample', ...samples)
      const plans = stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as Plan)
      expect(plans.map(({ domain }) => domain)).toEqual(DOMAINS)
      for (const { domain, stage, phases, nextAction } of plans) {
        stages[domain].set(stage, [...(stages[domain].get(stage) ?? []), day])
        const { primary, secondary, signers } = SCRIPTS[domain](day, records)
        const due = phases.filter(({ status }) => status === 'current' || status === 'late').map(({ id }) => id)
        const next = nextAction?.due ? [nextAction.phase] : []
        const steps = new Set([...due, ...next])
        const facts = { domain, day, stage }
        const isEverywhere = primary['s2'] === records['s2'] && secondary['s2'] === records['s2']
        if (steps.has('switch')) expect({ ...facts, isEverywhere }).toEqual({ ...facts, isEverywhere: true })
        for (const id of ['revoke', 'remove', 'lower-ttl']) {
          if (!steps.has(id)) continue
          if (stage !== 'retired-key-signing') retired[domain].add(id)
          expect({ ...facts, id, isEverywhere, signers }).toEqual({ ...facts, id, isEverywhere: true, signers: ['s2'] })
          if (id !== 'lower-ttl') expect(day - lastOld[domain]).toBeGreaterThanOrEqual(14)
        }
      }
    }
    for (const domain of DOMAINS) expect([...retired[domain]].sort()).toEqual(['lower-ttl', 'remove', 'revoke'])
    expect(stages['one.test'].get('wrong-key')).toEqual([1, 2, 3, 4])
    expect(stages['two.test'].get('retired-early')).toEqual([10, 11])
    expect(stages['two.test'].get('mail-failing')).toEqual([20])
    expect([...stages['one.test'].keys()].at(-1)).toBe('finished')
    expect([...stages['two.test'].keys()].at(-1)).toBe('finished')
  }, 300_000)
})
