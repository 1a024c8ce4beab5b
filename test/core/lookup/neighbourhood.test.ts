// What stands around a key record: pieces, aliases, wildcards, records under wrong names, and what a zone file does to them.
import { describe, expect, it } from 'vitest'
import { readZone } from '../../../src/core/dns/zone-file.js'
import { zoneResolver } from '../../../src/core/dns/zone-resolver.js'
import { discover } from '../../../src/core/lookup/discover.js'
import { keyName } from '../../../src/core/lookup/key-name.js'
import { type KeyReport, lookUpKey } from '../../../src/core/lookup/key-report.js'
import { toDiscoveryText } from '../../../src/report/lookup/discovery.js'
import { nextStep, providerText } from '../../../src/report/lookup/text.js'
import { RSA_2048, RSA_2048_SECOND } from '../../support/public-keys.js'

const GOOD = `v=DKIM1; k=rsa; p=${RSA_2048}`
const NAME = 'sel._domainkey.example.com'
const sourceOf = (zone: string | Record<string, unknown>) =>
  zoneResolver(readZone(Buffer.from(typeof zone === 'string' ? zone : JSON.stringify(zone)), 'file'))

async function lookUp(zone: string | Record<string, unknown>): Promise<KeyReport> {
  return (await lookUpKey(sourceOf(zone), keyName('example.com', 'sel'))).report
}
const codesOf = ({ findings }: KeyReport): string[] => findings.map(({ code }) => code)

describe('one key in several records', () => {
  const [A, B] = [RSA_2048.slice(0, 200), RSA_2048.slice(200)]
  it.each([
    ['the second without tags', [`v=DKIM1; k=rsa; p=${A}`, B]],
    ['each with p=', [`v=DKIM1; k=rsa; p=${A}`, `p=${B}`]],
    ['each with p=, the second one first', [`p=${B}`, `v=DKIM1; k=rsa; p=${A}`]],
    ['each with every tag', [`v=DKIM1; k=rsa; p=${A}`, `k=rsa; p=${B}`]],
    ['p2=', [`v=DKIM1; k=rsa; p=${A}`, `p2=${B}`]],
    ['in quotes', [`"v=DKIM1; k=rsa; p=${A}"`, `"${B}"`]],
    ['the tags in one, the key in the other', ['v=DKIM1; k=rsa;', `p=${RSA_2048}`]],
    ['three of them', [`v=DKIM1; k=rsa; p=${A}`, RSA_2048.slice(300), RSA_2048.slice(200, 300)]],
  ])('%s', async (_name, texts) => {
    const report = await lookUp({ [NAME]: texts })
    const split = report.findings.find(({ code }) => code === 'split-into-records')
    expect(split?.record).toBe(GOOD)
    expect(codesOf(report)).not.toContain('key-cut')
    expect(codesOf(await lookUp({ [NAME]: split!.record! }))).toEqual([])
  })

  it('two whole keys are no pieces, nor is a rest of one beside a whole one', async () => {
    expect(codesOf(await lookUp({ [NAME]: [GOOD, `v=DKIM1; k=rsa; p=${RSA_2048_SECOND}`] }))).toEqual([
      'several-records',
    ])
    expect(codesOf(await lookUp({ [NAME]: [GOOD, B] }))).toEqual(['other-text'])
  })
})

describe('a record under a wrong name', () => {
  it.each([
    ['example.com', 'record-at-domain'],
    ['sel.example.com', 'record-at-domain'],
    ['_domainkey.example.com', 'misplaced-record'],
    ['sel._domainkey._domainkey.example.com', 'misplaced-record'],
    ['sel.domainkey.example.com', 'misplaced-record'],
    ['sel_domainkey.example.com', 'misplaced-record'],
    [`${NAME}.example.com`, 'doubled-domain'],
  ])('%s', async (name, code) => {
    const report = await lookUp({ [name]: ['v=spf1 -all', GOOD] })
    expect(report.findings).toMatchObject([{ code, text: expect.stringContaining(name), fix: `move it to ${NAME}` }])
  })

  it('other text at the domain is where it belongs', async () => {
    expect(codesOf(await lookUp({ 'example.com': 'v=spf1 -all', 'sel.example.com': 'hello' }))).toEqual([])
  })
})

describe('no text at the name', () => {
  it('addresses are those of a flattened alias, unless every name has them', async () => {
    expect(codesOf(await lookUp(`${NAME}. A 192.0.2.1`))).toEqual(['address-at-selector'])
    expect(codesOf(await lookUp(`${NAME}. AAAA 2001:db8::1`))).toEqual(['address-at-selector'])
    expect(codesOf(await lookUp('*._domainkey.example.com. A 192.0.2.1'))).toEqual([])
  })

  it.each([
    'selector1-example-com._domainkey.contoso.onmicrosoft.com',
    'selector1-example-com._domainkey.contoso.onmicrosoft.com.',
    'CNAME selector1-example-com._domainkey.contoso.onmicrosoft.com',
    'sel._domainkey IN CNAME selector1-example-com._domainkey.contoso.onmicrosoft.com.',
  ])('a target typed as text: %s', async text => {
    const report = await lookUp({ [NAME]: text })
    expect(report.findings).toMatchObject([{ code: 'alias-as-text', text: expect.stringContaining('Microsoft') }])
  })

  it('a text that is no name is none, and a name that says nothing of DKIM is only told', async () => {
    expect(codesOf(await lookUp({ [NAME]: 'hello world' }))).toEqual(['no-key-record'])
    expect(codesOf(await lookUp({ [NAME]: 'www.example.net' }))).toEqual(['no-key-record'])
  })
})

describe('wildcards by CNAME', () => {
  const ZONE = '$ORIGIN example.com.\n@ SOA ns h 1 2 3 4 300\n* CNAME www\nwww A 192.0.2.1\n'

  it('are told, and nobody is sent to whoever runs the target', async () => {
    const report = await lookUp(ZONE)
    expect(codesOf(report)).toContain('wildcard')
    expect(nextStep({ ...report, match: null, servers: [], agreement: null })).toBeNull()
  })

  it('are not counted by discovery; a key beside them is', async () => {
    expect(await discover(sourceOf(ZONE), 'example.com')).toMatchObject({ wildcard: true, keys: [] })
    const beside = `${ZONE}google._domainkey TXT "v=DKIM1; p=${RSA_2048.slice(0, 200)}" "${RSA_2048.slice(200)}"\n*._domainkey CNAME www\n`
    const { wildcard, keys } = await discover(sourceOf(beside), 'example.com')
    expect({ wildcard, found: keys.map(({ selector }) => selector) }).toEqual({ wildcard: true, found: ['google'] })
  })

  it('a DNAME is none', async () => {
    const zone = `_domainkey.example.com. DNAME keys.example.net.\nsel.keys.example.net. TXT "v=DKIM1; p="\n`
    expect(codesOf(await lookUp(zone))).toEqual(['revoked'])
  })
})

describe('discovery', () => {
  it('knows the selectors of a tenant of Microsoft 365', async () => {
    const zone = { 'selector1-contoso-onmicrosoft-com._domainkey.contoso.onmicrosoft.com': GOOD }
    const { keys } = await discover(sourceOf(zone), 'contoso.onmicrosoft.com')
    expect(keys).toMatchObject([{ selector: 'selector1-contoso-onmicrosoft-com', result: 'found' }])
  })

  it('a check mark never stands above errors', async () => {
    const zone = {
      's1._domainkey.example.com': GOOD,
      's2._domainkey.example.com': `v=DKIM1; k=rsa; p=${RSA_2048}; s=web`,
    }
    const text = toDiscoveryText(await discover(sourceOf(zone), 'example.com'))
    expect(text.split('\n')[0]).toMatch(
      /^✗ {2}example\.com: found 2 keys among \d+ selectors tried; 1 selector has errors/,
    )
    const good = { 's1._domainkey.example.com': GOOD }
    expect(toDiscoveryText(await discover(sourceOf(good), 'example.com')).split('\n')[0]).toMatch(/^✓/)
  })

  it('a provider told by the selector alone is a guess', () => {
    const provider = { name: 'Google Workspace', confidence: 'medium' }
    expect(providerText({ provider, chain: [] })).toMatch(/^perhaps .*guess/)
    const link = { name: NAME, type: 'CNAME' as const, target: 'x.example.net', ttl: 1 }
    expect(providerText({ provider, chain: [link] })).toBe('Google Workspace (medium confidence)')
  })
})

describe('advice to sign with the published key', () => {
  const match = { file: 'k.pem', fingerprint: 'SHA256:x', matches: false }
  const nextOf = async (zone: Record<string, unknown>): Promise<string | null> =>
    nextStep({ ...(await lookUp(zone)), match, servers: [], agreement: null })

  it('is given for a key that verifiers accept only', async () => {
    expect(await nextOf({ [NAME]: GOOD })).toContain('or sign with the key')
    for (const zone of [{}, { [NAME]: 'v=DKIM1; p=' }, { [NAME]: GOOD.slice(0, 255) }, { [NAME]: `${GOOD}; s=web` }])
      expect(await nextOf(zone)).not.toContain('sign with')
  })
})

describe('zone files', () => {
  const strings = `"v=DKIM1; k=rsa; " "p=${RSA_2048.slice(0, 200)}" "${RSA_2048.slice(200)}"`

  it('a name without a domain: the exact line is given, for whatever domain was asked', async () => {
    const report = await lookUp(`sel._domainkey\tIN\tTXT\t( ${strings} )  ; ----- DKIM key sel for example.org\n`)
    expect(report).toMatchObject({
      result: 'not-found',
      detail: expect.stringContaining('put $ORIGIN example.com. on its first line'),
    })
    expect(await lookUp(`$ORIGIN example.com.\nsel._domainkey IN TXT ( ${strings} )\n`)).toMatchObject({
      result: 'found',
    })
    expect((await lookUp(`other._domainkey IN TXT ( ${strings} )\n`)).detail).toBeNull()
  })

  it('an unquoted ; is named as the cause', async () => {
    const report = await lookUp(`${NAME}. IN TXT v=DKIM1; k=rsa; p=${RSA_2048}\n`)
    expect(codesOf(report)).toEqual(['comment-in-zone-file'])
    expect(codesOf(await lookUp(`${NAME}. IN TXT ${strings} ; a comment\n`))).toEqual([])
    expect(codesOf(await lookUp(`${NAME}. IN TXT ${strings}; a comment\n`))).toEqual([])
  })
})
