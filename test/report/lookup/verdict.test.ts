// The headline of a lookup says what its exit code says.
import { describe, expect, it } from 'vitest'
import { EXIT_CODES } from '../../../src/commands/exit-code.js'
import { exitCodeOf } from '../../../src/commands/lookup/run.js'
import { readZone } from '../../../src/core/dns/zone-file.js'
import { zoneResolver } from '../../../src/core/dns/zone-resolver.js'
import { keyName } from '../../../src/core/lookup/key-name.js'
import { lookUpKey } from '../../../src/core/lookup/key-report.js'
import { toLookupText } from '../../../src/report/lookup/text.js'
import type { LookupReport } from '../../../src/report/lookup/verdict.js'
import { lookupVerdict } from '../../../src/report/lookup/verdict.js'
import { RSA_2048 } from '../../support/public-keys.js'

async function reportOn(record: string | undefined, changes: Partial<LookupReport> = {}): Promise<LookupReport> {
  const records = record === undefined ? {} : { 'sel._domainkey.example.com': record }
  const source = zoneResolver(readZone(Buffer.from(JSON.stringify(records)), 'records.json'))
  const { report } = await lookUpKey(source, keyName('example.com', 'sel'))
  return { ...report, match: null, servers: [], agreement: null, ...changes }
}

const GOOD = `v=DKIM1; k=rsa; p=${RSA_2048}`
const agreement = (authoritative: 'consistent' | 'stale' | 'split' | 'lame' | 'unreachable') => ({
  agreement: { authoritative, recursive: null },
})
const match = (matches: boolean) => ({ match: { file: 'my\u001b.pem', fingerprint: 'SHA256:x', matches } })

describe('lookupVerdict', () => {
  it.each([
    ['a good key', GOOD, {}, '✓'],
    ['the key that was expected', GOOD, match(true), '✓'],
    ['another key', GOOD, match(false), '✗'],
    ['no record', undefined, {}, '–'],
    ['a revoked key', 'v=DKIM1; p=', {}, '✗'],
    ['a fault', `${GOOD.replace('k=', 'h=sha1; k=')}`, {}, '✗'],
    ['servers that agree', GOOD, agreement('consistent'), '✓'],
    ['a server that is behind', GOOD, agreement('stale'), '✗'],
    ['servers that disagree', GOOD, agreement('split'), '✗'],
    ['a lame server', GOOD, agreement('lame'), '✗'],
    ['a server that is not reached', GOOD, agreement('unreachable'), '–'],
  ] as const)('%s', async (_, record, changes, mark) => {
    const report = await reportOn(record, changes)
    expect(lookupVerdict(report).mark).toBe(mark)
    expect(lookupVerdict(report).mark === '✓').toBe(exitCodeOf(report) === EXIT_CODES.ok)
    expect(toLookupText(report).startsWith(`${mark} ${report.result}  sel._domainkey.example.com: `)).toBe(true)
    expect(toLookupText(report)).not.toContain('\u001b')
  })
})
