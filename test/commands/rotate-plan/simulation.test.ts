// Two months of a rotation against real name servers: one lags, one is lame, some days one is silent, and once a forgotten signer wakes up.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatKeyRecord } from '../../../src/core/dkim/key-record.js'
import { sign } from '../../../src/core/dkim/sign.js'
import { exportPrivateKey, generatePrivateKey, type PrivateKey } from '../../../src/core/keys/private-key.js'
import { rotatePlan } from './run-in-process.js'
import { type Keys, Servers, zoneOf } from './servers.js'

const DAY = 86_400_000
const START = Date.UTC(2026, 10, 22, 12)
const REVOKED = 'v=DKIM1; p='

const folder = mkdtempSync(join(tmpdir(), 'rotate-plan-'))
const path = (name: string) => join(folder, name)
let servers: Servers
let keys: Record<'s1' | 's2', PrivateKey>
let records: Record<'s1' | 's2', string>

beforeAll(async () => {
  keys = { s1: await generatePrivateKey('rsa', 2048), s2: await generatePrivateKey('rsa', 2048) }
  const record = ({ publicKey }: PrivateKey) => formatKeyRecord({ keyType: 'rsa', publicKey: publicKey.p })
  records = { s1: record(keys.s1), s2: record(keys.s2) }
  writeFileSync(path('s2.pem'), exportPrivateKey(keys.s2), { mode: 0o600 })
  servers = await Servers.start()
}, 120_000)

afterAll(async () => {
  await servers.close()
  rmSync(folder, { recursive: true })
})

async function message(selector: 's1' | 's2', at: number): Promise<string> {
  const text = Buffer.from(`From: a@example.com\r\nSubject: ${at}\r\n\r\nhello\r\n`)
  const request = { key: keys[selector], domain: 'example.com', selector, timestamp: at / 1000 }
  const { fields } = await sign(text, { requests: [request], now: new Date(at) })
  const file = path(`${selector}-${at}.eml`)
  writeFileSync(file, Buffer.concat([...fields, text]))
  return file
}

/** What a record is on a day, on a server that follows some days later. */
const newKey = (day: number) => (day >= 1 ? { s2: records.s2 } : {})
const oldKey = (day: number) => (day < 21 ? { s1: records.s1 } : day < 53 ? { s1: REVOKED } : {})
const onPrimary = (day: number): Keys => ({ ...newKey(day), ...oldKey(day) })
const onSecondary = (day: number): Keys => ({ ...newKey(day - 2), ...oldKey(day - 1) })
const SILENT = new Set([12, 40])
const FORGOTTEN = 25

function expectedStage(day: number): string {
  if (day < 1) return 'publish'
  if (day < 4) return 'propagate'
  if (day < 6) return 'switch'
  if (day < 22) return 'overlap'
  if (day === FORGOTTEN) return 'retired-key-signing'
  return day < 54 ? 'revoked' : 'finished'
}

function expectedCode(day: number): number {
  if (SILENT.has(day)) return 75
  const isDue = day < 1 || day === 4 || day === 5 || day === 19 || day === 20 || day === FORGOTTEN || day === 52
  return isDue ? 1 : 0
}

interface Phase {
  readonly id: string
  readonly status: string
}

function advised(phases: readonly Phase[], id: string): boolean {
  return phases.some(phase => phase.id === id && (phase.status === 'current' || phase.status === 'late'))
}

describe('sixty days of a rotation', () => {
  const state = path('plan.json')
  const seen: string[] = []

  it('is planned', async () => {
    servers.primary = zoneOf(onPrimary(0))
    servers.secondary = zoneOf(onSecondary(0))
    const asked = ['--domain', 'example.com', '--selector', 's1', '--new-selector', 's2', '--key', path('s2.pem')]
    const now = ['--now', new Date(START).toISOString(), '--state', state, '--format', 'json']
    const { code, stdout, stderr } = await rotatePlan(...asked, ...now, ...servers.arguments)
    expect([code, stderr]).toEqual([0, ''])
    const plan = JSON.parse(stdout)
    expect(plan.inputs.negativeTtl).toMatchObject({ seconds: 3600 })
    expect(plan.servers).toEqual([
      'ns1.example.com 127.0.0.2',
      'ns2.example.com 127.0.0.3',
      'ns3.example.com 127.0.0.4',
    ])
    expect(plan.warnings.map(({ code: warning }: { code: string }) => warning)).toEqual(['lame-server'])
  })

  it('is at the right stage on every day, and never gives a needed key away', async () => {
    for (let day = 0; day <= 60; day += 1) {
      const now = START + day * DAY
      servers.primary = zoneOf(onPrimary(day))
      const keysThere = onSecondary(day)
      servers.secondary = zoneOf(SILENT.has(day) ? { ...keysThere, s1: null, s2: null } : keysThere)
      const signers: ('s1' | 's2')[] = day === FORGOTTEN ? ['s2', 's1'] : [day < 6 ? 's1' : 's2']
      const samples = await Promise.all(signers.map(selector => message(selector, now - 3600_000)))
      const { code, stdout, stderr } = await rotatePlan(
        ...['--state', state, '--check', '--format', 'json', '--now', new Date(now).toISOString()],
        ...servers.arguments,
        ...['--sample', ...samples],
      )
      const plan = JSON.parse(stdout)
      seen.push(plan.stage)
      expect({ day, code, stage: plan.stage, stderr }).toEqual({
        day,
        code: expectedCode(day),
        stage: expectedStage(day),
        stderr: '',
      })
      if (day < 20 || SILENT.has(day)) expect(advised(plan.phases, 'revoke')).toBe(false)
      if (day < 52 || SILENT.has(day)) expect(advised(plan.phases, 'remove')).toBe(false)
      if (day === 20) expect(advised(plan.phases, 'revoke')).toBe(true)
      if (day === 52) expect(advised(plan.phases, 'remove')).toBe(true)
    }
    expect(seen).toHaveLength(61)
  }, 300_000)
})
