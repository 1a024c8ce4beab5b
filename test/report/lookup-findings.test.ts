// Every finding, as a person sees it: one record that has it, and the whole report as a reviewed file in test/golden/lookup.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readZone } from '../../src/core/dns/zone-file.js'
import { zoneResolver } from '../../src/core/dns/zone-resolver.js'
import { FINDINGS, type FindingCode } from '../../src/core/lookup/findings.js'
import { keyName } from '../../src/core/lookup/key-name.js'
import { lookUpKey } from '../../src/core/lookup/key-report.js'
import { toLookupText } from '../../src/report/lookup/text.js'
import * as keys from '../support/public-keys.js'

const GOOD = `v=DKIM1; k=rsa; p=${keys.RSA_2048}`
const NAME = 'sel._domainkey.example.com'

/** The JSON form of a zone, or a zone file. */
type Answers = Record<string, unknown> | string
const text = (record: string): Answers => ({ [NAME]: record })
const rsa = (p: string): Answers => text(`v=DKIM1; k=rsa; p=${p}`)
const edKey = (p: string): Answers => text(`v=DKIM1; k=ed25519; p=${p}`)

const CASES = {
  'private-key-published': text('v=DKIM1; p=-----BEGIN PRIVATE KEY-----MIIEvgIBADAN-----END PRIVATE KEY-----'),
  'sample-key': edKey('11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='),
  'small-factor': rsa(keys.RSA_SMALL),
  'close-primes': rsa(keys.RSA_CLOSE),
  roca: rsa(keys.RSA_ROCA),
  'unsafe-exponent': rsa(keys.RSA_2048_E1),
  'unsafe-modulus': rsa(keys.RSA_2048_EVEN),
  'weak-point': edKey(keys.ED25519_WEAK),
  'quotes-in-record': text(`"${GOOD}"`),
  'escaped-semicolon': text(GOOD.replaceAll(';', '\\;')),
  'html-entity': text(GOOD.replaceAll(';', '&#59;')),
  'zone-line-in-record': text(`sel._domainkey 3600 IN TXT ( "${GOOD.slice(0, 200)}" "${GOOD.slice(200)}" )`),
  'parentheses-in-record': text(`( ${GOOD} )`),
  'record-pasted-twice': text(GOOD + GOOD),
  'non-ascii': text(`v=DKIM1; x=\u00e9; p=${keys.RSA_2048}`),
  'line-break-in-record': text(`${GOOD.slice(0, 100)}\n${GOOD.slice(100)}`),
  'split-into-records': { [NAME]: [GOOD.slice(255), GOOD.slice(0, 255)] },
  'version-missing': text(`k=rsa; p=${keys.RSA_2048}`),
  'version-not-first': text(`k=rsa; p=${keys.RSA_2048}; v=DKIM1`),
  'version-wrong': text(`v=dkim1; k=rsa; p=${keys.RSA_2048}`),
  'tag-syntax': text(`v=DKIM1; =rsa; p=${keys.RSA_2048}`),
  'empty-tag': text(`v=DKIM1; k=rsa;; p=${keys.RSA_2048}`),
  'control-character': text(`v=DKIM1; n=\u0007; p=${keys.RSA_2048}`),
  'list-syntax': text(`v=DKIM1; h=sha256:; p=${keys.RSA_2048}`),
  'semicolon-missing': text(`v=DKIM1 k=rsa p=${keys.RSA_2048}`),
  'duplicate-tag': text(`v=DKIM1; p=${keys.RSA_2048}; p=${keys.RSA_2048_SECOND}`),
  'tag-case': text(`v=DKIM1; K=rsa; p=${keys.RSA_2048}`),
  'unknown-tag': text(`v=DKIM1; x=1; p=${keys.RSA_2048}`),
  'hash-is-algorithm': text(`v=DKIM1; h=rsa-sha256; p=${keys.RSA_2048}`),
  'hash-not-sha256': text(`v=DKIM1; h=sha1; p=${keys.RSA_2048}`),
  'service-not-mail': text(`v=DKIM1; s=web; p=${keys.RSA_2048}`),
  testing: text(`v=DKIM1; t=y:s; p=${keys.RSA_2048}`),
  'key-type-wrong': text(`v=DKIM1; p=${keys.ED25519}`),
  'key-type-unknown': text(`v=DKIM1; k=RSA; p=${keys.RSA_2048}`),
  'key-missing': text('v=DKIM1; k=rsa'),
  revoked: text('v=DKIM1; p='),
  'space-in-key': text(`v=DKIM1; p=${keys.RSA_2048.slice(0, 64)} ${keys.RSA_2048.slice(64)}`),
  'pem-in-key': text(`v=DKIM1; p=-----BEGIN PUBLIC KEY-----${keys.RSA_2048}-----END PUBLIC KEY-----`),
  'not-base64': text(`v=DKIM1; p=${keys.RSA_2048.slice(0, 50)}*${keys.RSA_2048.slice(50)}`),
  'padding-wrong': edKey(keys.ED25519.replace('=', '')),
  'key-cut': text(GOOD.slice(0, 255)),
  'not-a-public-key': text('v=DKIM1; p=AAAAB3NzaC1yc2EAAAADAQABAAABAQ=='),
  'key-trailing-data': rsa(Buffer.concat([Buffer.from(keys.RSA_2048, 'base64'), Buffer.alloc(3)]).toString('base64')),
  'pkcs1-key': rsa(keys.RSA_2048_PKCS1),
  'ed25519-spki': edKey(keys.ED25519_SPKI),
  'key-too-short': rsa(keys.RSA_512),
  'key-short': rsa(keys.RSA_1024),
  'key-too-long': rsa(keys.RSA_8200),
  'key-long': rsa(keys.RSA_4160),
  'unusual-exponent': rsa(keys.RSA_2048_E3),
  'several-records': { [NAME]: [GOOD, `v=DKIM1; k=rsa; p=${keys.RSA_2048_SECOND}`] },
  'too-much-text': { [NAME]: [GOOD, ...Array.from({ length: 16 }, (_, index) => `text ${index}`)] },
  'other-text': { [NAME]: ['v=spf1 -all', GOOD] },
  'no-key-record': text('v=spf1 include:_spf.example.com -all'),
  'doubled-domain': { [`${NAME}.example.com`]: GOOD, 'example.com': 'v=spf1 -all' },
  'record-at-domain': { 'sel.example.com': GOOD },
  'cname-beside-txt': { [NAME]: { txt: GOOD, cname: 'sel.vendor.example' } },
  'dangling-cname': { [NAME]: { cname: 'gone.vendor.example' }, 'gone.vendor.example': { error: 'NXDOMAIN' } },
  'cname-loop': { [NAME]: { cname: 'a.vendor.example' }, 'a.vendor.example': { cname: NAME } },
  'percent-encoded': text(encodeURIComponent(GOOD)),
  'quoted-printable': text(GOOD.replaceAll('=', '=3D')),
  'json-in-record': text(JSON.stringify([GOOD])),
  'escaped-character': text(GOOD.replaceAll('/', '\\/')),
  'invisible-character': text(GOOD.replaceAll(' ', '\u00a0')),
  'look-alike-character': text(GOOD.replaceAll(';', '\uff1b')),
  'encoded-twice': rsa(Buffer.from(keys.RSA_2048).toString('base64')),
  'text-in-front': text(`TXT=${GOOD}`),
  'other-record-in-text': text(`${GOOD} v=spf1 -all`),
  'strings-out-of-order': text(GOOD.slice(200) + GOOD.slice(0, 200)),
  'colon-for-equals': text(GOOD.replaceAll('=', ':')),
  'comment-in-zone-file': `${NAME}. 3600 IN TXT v=DKIM1; k=rsa; p=${keys.RSA_2048}`,
  'alias-as-text': text('selector1-example-com._domainkey.contoso.onmicrosoft.com'),
  'non-ascii-note': text(`v=DKIM1; n=\u00e9; p=${keys.RSA_2048}`),
  'plus-became-blank': rsa(keys.RSA_2048.replaceAll('+', ' ')),
  base64url: rsa(keys.RSA_2048.replaceAll('+', '-').replaceAll('/', '_')),
  'hex-key': rsa(Buffer.from(keys.RSA_2048, 'base64').toString('hex')),
  'key-without-tag': text(keys.RSA_2048),
  'key-beginning-lost': rsa(keys.RSA_2048.slice(3)),
  'key-characters-lost': rsa(keys.RSA_2048.slice(0, 100) + keys.RSA_2048.slice(108)),
  'letter-case-lost': rsa(keys.RSA_2048.toLowerCase()),
  'dkim2-key-type': text(`v=DKIM1; k=mldsa44; p=${keys.RSA_2048}`),
  'misplaced-record': { 'sel.domainkey.example.com': GOOD },
  'address-at-selector': `${NAME}. 3600 IN A 192.0.2.1`,
  wildcard: { '*._domainkey.example.com': GOOD },
  'dnssec-bogus': { [NAME]: { error: 'SERVFAIL' } },
} satisfies Record<FindingCode, Answers>

const contentOf = (answers: Answers): string => (typeof answers === 'string' ? answers : JSON.stringify(answers))

describe('each finding shows its cause and its fix', () => {
  it.each(Object.keys(FINDINGS) as FindingCode[])('%s', async code => {
    const zone = zoneResolver(readZone(Buffer.from(contentOf(CASES[code])), 'example.json'))
    // Signatures that do not validate are for resolvers to find: no zone file plays them.
    const source =
      code === 'dnssec-bogus'
        ? { ...zone, txt: async (name: string) => ({ ...(await zone.txt(name)), bogus: true }) }
        : zone
    const { report } = await lookUpKey(source, keyName('example.com', 'sel'))
    expect(report.findings.map(finding => finding.code)).toContain(code)
    const shown = toLookupText({ ...report, match: null, servers: [], agreement: null })
    await expect(shown).toMatchFileSnapshot(join('..', 'golden', 'lookup', `${code}.txt`))
    const screen = shown.split('\n').slice(0, 24).join('\n')
    expect(screen).toContain(`(${code})`)
    expect(screen).toContain('fix: ')
  })
})
