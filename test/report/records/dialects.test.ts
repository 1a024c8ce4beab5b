import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatKeyRecord, parseKeyRecord } from '../../../src/core/dkim/key-record.js'
import { DkimError } from '../../../src/core/errors.js'
import { importPublicKey } from '../../../src/core/keys/private-key.js'
import { DIALECT_NAMES, DIALECTS, type DialectName, formatRecords } from '../../../src/report/records/dialects.js'
import { characterStrings, type DnsRecord, dnsRecord, relativeName } from '../../../src/report/records/dns-record.js'
import { DECODERS, type Decoded } from '../../support/record-decoders.js'

const publicKey = (pair: { publicKey: { export(options: { type: 'spki'; format: 'der' }): Buffer } }): string =>
  importPublicKey(pair.publicKey.export({ type: 'spki', format: 'der' })).p

const rsa = (bits: number) => publicKey(generateKeyPairSync('rsa', { modulusLength: bits }))
const RSA_2048 = rsa(2048)

const HOSTILE = 'say "hi"; $INCLUDE /etc/passwd\n${x} %{y} {{ z }} `id` $(id) \\ \\" \'; # : , | <b> & ^'

const KEYS = {
  'RSA 1024': { keyType: 'rsa', publicKey: rsa(1024) },
  'RSA 2048': { keyType: 'rsa', publicKey: RSA_2048 },
  'RSA 4096': { keyType: 'rsa', publicKey: rsa(4096) },
  Ed25519: { keyType: 'ed25519', publicKey: publicKey(generateKeyPairSync('ed25519')) },
  revoked: { publicKey: '' },
  'with every tag': {
    keyType: 'rsa',
    publicKey: RSA_2048,
    hashes: ['sha256'],
    services: ['email'],
    flags: ['y', 's'],
    notes: 'a note',
  },
  'with hostile notes': { keyType: 'rsa', publicKey: RSA_2048, notes: HOSTILE },
} as const

/** A text of exactly this many octets. */
const sized = (size: number): string => {
  const frame = 'v=DKIM1; n=; p='
  return `v=DKIM1; n=${'x'.repeat(size - frame.length)}; p=`
}

const VALUES: [string, string][] = [
  ...Object.entries(KEYS).map(([name, fields]): [string, string] => [name, formatKeyRecord(fields)]),
  ...[253, 254, 255, 256, 257, 509, 510, 511].map((size): [string, string] => [`${size} octets`, sized(size)]),
  ['quotes on both sides of a cut', `v=DKIM1; n=${'"'.repeat(300)}; p=`],
  ['a quote and a space at a cut', `${sized(253).slice(0, -4)}" " " "; p=`],
  ['backslashes before separators', 'v=DKIM1; n=a\\\\; p='],
  [
    'every printable character',
    `v=DKIM1; n=${Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index))
      .join('')
      .replaceAll(';', '')}; p=`,
  ],
]

/** What every dialect must give back. */
function expectSame(dialect: DialectName, record: DnsRecord, decoded: Decoded): void {
  const value = dialect === 'p' ? parseKeyRecord(record.value).publicKey : record.value
  expect(decoded.strings.join('')).toBe(value)
  expect(decoded.type).toBe(dialect === 'txt' ? 'TXT' : record.type)
  if (decoded.name !== null) expect(decoded.name).toBe(`${record.selector}._domainkey.${record.domain}`)
  if (decoded.ttl !== null) expect(decoded.ttl).toBe(record.ttl)
}

const decode = (dialect: DialectName, record: DnsRecord): Decoded[] =>
  DECODERS[dialect](formatRecords(dialect, [record]), record.zone ?? '')

/** Places that cut long texts themselves. */
const UNCUT: ReadonlySet<DialectName> = new Set([
  'txt',
  'p',
  'panel',
  'tinydns',
  'azure',
  'digitalocean',
  'terraform-azure',
  'octodns',
  'dnscontrol',
])

describe.each(DIALECT_NAMES)('%s', dialect => {
  it.each(VALUES)('holds a record: %s', (_, value) => {
    const record = dnsRecord({ selector: 's2026', domain: 'mail.example.com', value, ttl: 300 })
    const decoded = decode(dialect, record)
    expect(decoded).toHaveLength(1)
    expectSame(dialect, record, decoded[0]!)
    if (UNCUT.has(dialect)) return
    expect(decoded[0]!.strings).toEqual(characterStrings(value))
    for (const string of decoded[0]!.strings) expect(string.length).toBeLessThanOrEqual(255)
  })

  it('F-08, F-09 holds any text that a record can be', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(...'"\'\\;:,|^$%{}()<>&`#@! ax~'),
          maxLength: dialect === 'dnsmasq' ? 400 : 600,
        }),
        notes => {
          const tail = dialect === 'p' ? 'p=' : `n=${notes.replaceAll(';', '')}; p=`
          const record = dnsRecord({ selector: 'a.b', domain: 'example.com', value: `v=DKIM1; ${tail}` })
          const [decoded, ...more] = decode(dialect, record)
          expect(more).toEqual([])
          expectSame(dialect, record, decoded!)
        },
      ),
    )
  })

  it('writes several records as one text', () => {
    const records = ['example.com', 'example.net'].flatMap(domain =>
      ['r1', 'e1'].map(selector => dnsRecord({ selector, domain, value: formatKeyRecord(KEYS.Ed25519) })),
    )
    const oneZone = 'oneZone' in DIALECTS[dialect]
    if (oneZone) expect(() => formatRecords(dialect, records)).toThrow(DkimError)
    const zoned = oneZone || dialect === 'panel'
    const shown = zoned ? records.slice(0, 2) : records
    const decoded = DECODERS[dialect](formatRecords(dialect, shown), 'example.com').filter(
      ({ strings }) => strings.length > 0,
    )
    expect(decoded).toHaveLength(shown.length)
    for (const [index, record] of shown.entries()) expectSame(dialect, record, decoded[index]!)
  })

  it('holds a CNAME, or says that it cannot', () => {
    const record = dnsRecord({
      selector: 'selector1',
      domain: 'example.com',
      type: 'CNAME',
      value: 'selector1-example-com._domainkey.contoso.n-v1.dkim.mail.microsoft',
    })
    if ('noCname' in DIALECTS[dialect]) {
      expect(() => formatRecords(dialect, [record])).toThrow(DkimError)
      return
    }
    const [decoded] = decode(dialect, record)
    expectSame(dialect, record, decoded!)
  })

  it('knows the zone above the domain', () => {
    const record = dnsRecord({ selector: 's', domain: 'mail.example.com', zone: 'example.com', value: 'v=DKIM1; p=' })
    const [decoded] = decode(dialect, record)
    expectSame(dialect, record, decoded!)
  })

  it('replaces a record that is revoked', () => {
    const record = dnsRecord({ selector: 's', domain: 'example.com', value: 'v=DKIM1; p=', replaces: true })
    const [decoded] = decode(dialect, record)
    expectSame(dialect, record, decoded!)
  })

  it('is printable ASCII with final line ends, but for the few typographic characters of the panel', () => {
    const record = dnsRecord({
      selector: 's',
      domain: 'example.com',
      value: formatKeyRecord(KEYS['with hostile notes']),
    })
    const text = formatRecords(dialect, [record])
    expect(text.endsWith('\n')).toBe(true)
    expect(dialect === 'panel' ? text.replace(/[“”…]/g, '') : text).toMatch(/^[\n -~]*$/)
  })

  it('needs a domain or does without', () => {
    const record = dnsRecord({ selector: 's', value: 'v=DKIM1; p=' })
    if (DIALECTS[dialect].needsDomain) expect(() => formatRecords(dialect, [record])).toThrow(DkimError)
    else expect(formatRecords(dialect, [record])).toContain(dialect === 'p' ? '\n' : 'v=DKIM1')
  })
})

describe('the dialects differ in what they write first', () => {
  const text = (dialect: DialectName, parts: Partial<Parameters<typeof dnsRecord>[0]> = {}): string =>
    formatRecords(dialect, [dnsRecord({ selector: 's', domain: 'example.com', value: 'v=DKIM1; p=', ...parts })])

  it('bind: absolute and relative names', () => {
    expect(text('bind')).toBe('s._domainkey.example.com. 3600 IN TXT "v=DKIM1; p="\n')
    expect(text('bind', { relative: true })).toBe('s._domainkey 3600 IN TXT "v=DKIM1; p="\n')
    expect(text('bind', { relative: true, domain: 'a.b.example.com', zone: 'example.com' })).toMatch(
      /^s\._domainkey\.a\.b 3600 /,
    )
    expect(() => text('bind', { domain: undefined, relative: false })).toThrow(DkimError)
    const [one, two] = ['example.com', 'example.net'].map(domain =>
      dnsRecord({ selector: 's', domain, value: 'v=DKIM1; p=', relative: true }),
    )
    expect(() => formatRecords('bind', [one!, two!])).toThrow(DkimError)
    expect(formatRecords('bind', [one!, one!])).toContain('s._domainkey 3600')
  })

  it('nsupdate: a prerequisite keeps a new key from changing an old one', () => {
    expect(text('nsupdate')).toMatch(/^prereq nxrrset s\._domainkey\.example\.com\. TXT\nupdate add /)
    expect(text('nsupdate', { replaces: true })).toMatch(
      /^prereq yxrrset .*\nupdate delete s\._domainkey\.example\.com\. TXT\nupdate add /,
    )
    expect(text('nsupdate', { domain: 'a.example.com', zone: 'example.com' })).toMatch(/^zone example\.com\.\n/)
    const two = ['example.com', 'example.net'].map(domain => dnsRecord({ selector: 's', domain, value: 'v=DKIM1; p=' }))
    expect(formatRecords('nsupdate', two).match(/^send$/gm)).toHaveLength(2)
  })

  it('route53: creates, and changes only to revoke', () => {
    expect(text('route53')).toContain('"CREATE"')
    expect(text('route53', { replaces: true })).toContain('"UPSERT"')
  })

  it('gcloud: another delimiter where the text has commas', () => {
    expect(text('gcloud')).not.toContain('^')
    expect(text('gcloud', { value: 'v=DKIM1; n=a,b||c; p=' })).toContain("'^|||^")
  })

  it('powershell: the cmdlet up to 254 characters, WMI beyond', () => {
    expect(text('powershell', { value: sized(254) })).toContain('-DescriptiveText')
    expect(text('powershell', { value: sized(255) })).toContain('Invoke-CimMethod')
    expect(text('powershell', { ttl: 90_061 })).toContain('-TimeToLive 1.01:01:01')
  })

  it('dnsmasq: lines of 1023 characters, and none of 1024', () => {
    const frame = 'txt-record=s._domainkey.example.com,"","","",""'.length
    expect(text('dnsmasq', { value: sized(1023 - frame) })).toHaveLength(1024)
    expect(() => text('dnsmasq', { value: sized(1024 - frame) })).toThrow(DkimError)
  })

  it('panel: counts and warns', () => {
    expect(text('panel')).not.toContain('255')
    expect(text('panel', { value: sized(256) })).toContain('256 characters')
  })
})

describe('F-08 no name that was not checked gets into a record', () => {
  const NASTY = [
    'a;\r\nX: y',
    'a\nb',
    'a\0',
    'a;b',
    'a"b',
    'a b',
    '${x}',
    '../x',
    '',
    '.',
    'a..b',
    '\u2028',
    'a\u0085',
    '-a',
    'a\\',
    "a'b",
    '$ORIGIN',
    '@',
  ]

  it.each(NASTY)('selector %j', selector => {
    expect(() => dnsRecord({ selector, domain: 'example.com', value: 'v=DKIM1; p=' })).toThrow(DkimError)
  })

  it.each([...NASTY, 'example.com..'])('domain and zone %j', domain => {
    expect(() => dnsRecord({ selector: 's', domain, value: 'v=DKIM1; p=' })).toThrow(DkimError)
    expect(() => dnsRecord({ selector: 's', domain: 'example.com', zone: domain, value: 'v=DKIM1; p=' })).toThrow(
      DkimError,
    )
  })

  it('a value outside printable ASCII, and a target that is no name', () => {
    for (const value of ['v=DKIM1; p=\n', 'v=DKIM1;\tp=', 'v=DKIM1; n=\x7f; p=', 'v=DKIM1; n=\xe9; p=']) {
      expect(() => dnsRecord({ selector: 's', domain: 'example.com', value })).toThrow(DkimError)
    }
    for (const value of ['target', 'a b.example.net', 'x.example.net.', 'x.example.net\n']) {
      expect(() => dnsRecord({ selector: 's', domain: 'example.com', type: 'CNAME', value })).toThrow(DkimError)
    }
  })

  it('TTLs on both sides of the bounds', () => {
    const ttl = (seconds: number) => dnsRecord({ selector: 's', value: 'v=DKIM1; p=', ttl: seconds }).ttl
    expect(ttl(0)).toBe(0)
    expect(ttl(2_147_483_647)).toBe(2_147_483_647)
    for (const bad of [-1, 2_147_483_648, 1.5, Number.NaN]) expect(() => ttl(bad)).toThrow(DkimError)
  })

  it('a name of 253 characters, and none of 254', () => {
    const domain = [63, 63, 63].map(length => 'a'.repeat(length)).join('.')
    const selector = (length: number) => 's'.repeat(length)
    const room = 253 - domain.length - '._domainkey.'.length
    expect(dnsRecord({ selector: selector(room), domain, value: 'v=DKIM1; p=' }).domain).toBe(domain)
    expect(() => dnsRecord({ selector: selector(room + 1), domain, value: 'v=DKIM1; p=' })).toThrow(DkimError)
  })

  it.each(Object.keys(DIALECTS) as DialectName[])('%s names a zone of the keys, and one of a single label', dialect => {
    const parts = { selector: 's', domain: 'example.com', value: 'v=DKIM1; p=' }
    const text = (zone: string) => formatRecords(dialect, [dnsRecord({ ...parts, zone })])
    const named = {
      powerdns: ' _domainkey.example.com s TXT ',
      nsupdate: 'zone _domainkey.example.com.',
      azure: '--zone-name _domainkey.example.com',
    }
    if (dialect in named) expect(text('_domainkey.example.com')).toContain(named[dialect as keyof typeof named])
    // Never a name doubled, or cut in the wrong place.
    for (const zone of ['_domainkey.example.com', 'com'])
      expect(text(zone)).not.toMatch(/example\.com\._domainkey|_domainkey\.example\.com\.example/)
  })

  it('the name of the zone itself is @', () => {
    const record = dnsRecord({
      selector: 's',
      domain: 'example.com',
      zone: 'S._domainkey.example.com',
      value: 'v=DKIM1; p=',
    })
    expect(relativeName(record)).toBe('@')
    expect(() =>
      dnsRecord({ selector: 's', domain: 'example.com', zone: 't._domainkey.example.com', value: 'v=DKIM1; p=' }),
    ).toThrow(DkimError)
  })

  it('a zone that does not hold the domain', () => {
    const zone = (name: string) =>
      dnsRecord({ selector: 's', domain: 'a.example.com', zone: name, value: 'v=DKIM1; p=' }).zone
    expect(zone('example.com.')).toBe('example.com')
    expect(() => zone('ample.com')).toThrow(DkimError)
    expect(() => dnsRecord({ selector: 's', zone: 'example.com', value: 'v=DKIM1; p=' })).toThrow(DkimError)
  })
})
