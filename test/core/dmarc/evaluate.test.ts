// Author Domains, signing domains and records, with what RFC 9989 makes of them. Each row names its section.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { discoverPolicy, evaluateDmarc } from '../../../src/core/dmarc/evaluate.js'
import { walkTargets, walkTree } from '../../../src/core/dmarc/tree-walk.js'
import { type AnswerStatus, noAnswer, type Resolver } from '../../../src/core/dns/resolver.js'

type Zone = Readonly<Record<string, string | readonly string[] | { readonly status: AnswerStatus }>>

/** What is not in the zone does not exist, unless a name below it does. Counts the questions. */
function resolverOf(zone: Zone): Resolver & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    txt(name) {
      asked.push(name)
      const entry = zone[name]
      if (entry === undefined) {
        const exists = Object.keys(zone).some(other => other.endsWith(`.${name}`))
        return noAnswer(name, exists ? 'nodata' : 'nxdomain', null)
      }
      if (typeof entry === 'object' && 'status' in entry) return noAnswer(name, entry.status, null)
      const texts = typeof entry === 'string' ? [entry] : entry
      const records = texts.map(text => ({ data: Buffer.from(text, 'latin1'), ttl: 300, strings: 1 }))
      return { ...noAnswer(name, 'found', null), records }
    },
  }
}

const dmarc = (records: Zone): Zone =>
  Object.fromEntries(Object.entries(records).map(([domain, value]) => [`_dmarc.${domain}`, value]))

interface Expected {
  /** The Organizational Domain of the Author Domain. */
  readonly org: string | null
  /** The domain whose record applies. */
  readonly at: string | null
  readonly policy: string | null
  readonly dkim: string
}

type Row = readonly [section: string, what: string, author: string, signing: string, records: Zone, expected: Expected]

const REJECT = 'v=DMARC1; p=reject'
const STRICT = 'v=DMARC1; p=reject; adkim=s'
const PSD = 'v=DMARC1; p=reject; psd=y'
const OWN = 'v=DMARC1; p=quarantine; psd=n'
const FAIL: { readonly status: AnswerStatus } = { status: 'servfail' }
const expected = (org: string | null, at: string | null, policy: string | null, dkim: string): Expected => ({
  org,
  at,
  policy,
  dkim,
})
const none = (org: string): Expected => expected(org, null, null, 'none')

const ROWS: readonly Row[] = [
  // Identical domains
  [
    '4.4',
    'the same domain with a record',
    'example.com',
    'example.com',
    { 'example.com': REJECT },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.10.2',
    'the same subdomain with a record of its own',
    'mail.example.com',
    'mail.example.com',
    { 'mail.example.com': REJECT, 'example.com': OWN },
    expected('mail.example.com', 'mail.example.com', 'reject', 'pass'),
  ],
  [
    '4.10.2',
    'the same subdomain, the record above',
    'mail.example.com',
    'mail.example.com',
    { 'example.com': REJECT },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.4',
    'the same domain, strict',
    'example.com',
    'example.com',
    { 'example.com': STRICT },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  ['4.10.2', 'the same domain and no record at all', 'example.com', 'example.com', {}, none('example.com')],
  // Relaxed
  [
    '4.4',
    'a parent signs',
    'news.example.com',
    'example.com',
    { 'example.com': REJECT },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.4',
    'a subdomain signs',
    'example.com',
    'mail.example.com',
    { 'example.com': REJECT },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.4',
    'a sibling signs',
    'news.example.com',
    'foo.example.com',
    { 'example.com': REJECT },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.4',
    'another organization signs',
    'news.example.com',
    'foo.example.net',
    { 'example.com': REJECT, 'example.net': REJECT },
    expected('example.com', 'example.com', 'reject', 'fail'),
  ],
  [
    '4.4',
    'another organization without a record signs',
    'example.com',
    'example.net',
    { 'example.com': REJECT },
    expected('example.com', 'example.com', 'reject', 'fail'),
  ],
  [
    '4.4',
    'adkim=r is the default',
    'a.example.com',
    'b.example.com',
    { 'example.com': 'v=DMARC1; p=none; adkim=r' },
    expected('example.com', 'example.com', 'none', 'pass'),
  ],
  [
    '4.8',
    'an invalid adkim is the default',
    'a.example.com',
    'b.example.com',
    { 'example.com': 'v=DMARC1; p=none; adkim=x' },
    expected('example.com', 'example.com', 'none', 'pass'),
  ],
  [
    '4.7',
    'aspf=s says nothing of DKIM',
    'a.example.com',
    'b.example.com',
    { 'example.com': 'v=DMARC1; p=none; aspf=s' },
    expected('example.com', 'example.com', 'none', 'pass'),
  ],
  [
    '4.4.1',
    'nothing passes',
    'example.com',
    '',
    { 'example.com': REJECT },
    expected('example.com', 'example.com', 'reject', 'fail'),
  ],
  [
    '4.4.1',
    'one of several is aligned',
    'example.com',
    'esp.example.net mail.example.com',
    { 'example.com': REJECT },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.4.1',
    'the aligned one comes first',
    'example.com',
    'mail.example.com esp.example.net',
    { 'example.com': REJECT },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  // Strict
  [
    '4.4',
    'strict: a parent signs',
    'mail.example.com',
    'example.com',
    { 'example.com': STRICT },
    expected('example.com', 'example.com', 'reject', 'fail'),
  ],
  [
    '4.4',
    'strict: a subdomain signs',
    'example.com',
    'mail.example.com',
    { 'example.com': STRICT },
    expected('example.com', 'example.com', 'reject', 'fail'),
  ],
  [
    '4.4',
    'strict: the same subdomain',
    'mail.example.com',
    'mail.example.com',
    { 'example.com': STRICT },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.8',
    'strict in upper case (ABNF)',
    'example.com',
    'mail.example.com',
    { 'example.com': 'v=DMARC1; p=reject; adkim=S' },
    expected('example.com', 'example.com', 'reject', 'fail'),
  ],
  [
    '4.7',
    'strict at the parent does not hold where the Author Domain has a record',
    'mail.example.com',
    'example.com',
    { 'mail.example.com': REJECT, 'example.com': STRICT },
    expected('example.com', 'mail.example.com', 'reject', 'pass'),
  ],
  [
    '4.7',
    'strict at the Author Domain holds',
    'mail.example.com',
    'example.com',
    { 'mail.example.com': STRICT, 'example.com': REJECT },
    expected('example.com', 'mail.example.com', 'reject', 'fail'),
  ],
  // psd=n
  [
    '4.10.2',
    'a subdomain that is its own organization',
    'a.edu.example.com',
    'example.com',
    { 'edu.example.com': OWN, 'example.com': REJECT },
    expected('edu.example.com', 'edu.example.com', 'quarantine', 'fail'),
  ],
  [
    '4.10.2',
    'its own organization signs',
    'a.edu.example.com',
    'b.edu.example.com',
    { 'edu.example.com': OWN, 'example.com': REJECT },
    expected('edu.example.com', 'edu.example.com', 'quarantine', 'pass'),
  ],
  [
    '4.10.2',
    'psd=n at the Author Domain',
    'edu.example.com',
    'example.com',
    { 'edu.example.com': OWN, 'example.com': REJECT },
    expected('edu.example.com', 'edu.example.com', 'quarantine', 'fail'),
  ],
  [
    '4.10.2',
    'psd=n at the signer',
    'example.com',
    'edu.example.com',
    { 'edu.example.com': OWN, 'example.com': REJECT },
    expected('example.com', 'example.com', 'reject', 'fail'),
  ],
  [
    '4.10',
    'psd=n ends the walk',
    'a.edu.example.com',
    'a.edu.example.com',
    { 'edu.example.com': OWN, 'example.com': FAIL },
    expected('edu.example.com', 'edu.example.com', 'quarantine', 'pass'),
  ],
  [
    '4.7',
    'psd=u is the default',
    'a.example.com',
    'b.example.com',
    { 'example.com': 'v=DMARC1; p=reject; psd=u' },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.8',
    'an invalid psd is the default',
    'a.example.com',
    'b.example.com',
    { 'example.com': 'v=DMARC1; p=reject; psd=maybe' },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  // psd=y
  [
    '4.10.2',
    'one label below a Public Suffix Domain',
    'a.mail.example.com',
    'example.com',
    { com: PSD },
    expected('example.com', 'com', 'reject', 'pass'),
  ],
  [
    '4.10.2',
    'siblings below a Public Suffix Domain',
    'example.com',
    'example2.com',
    { com: PSD },
    expected('example.com', 'com', 'reject', 'fail'),
  ],
  [
    '4.10.2',
    'subdomains of siblings below a Public Suffix Domain',
    'a.one.bank',
    'a.two.bank',
    { bank: PSD },
    expected('one.bank', 'bank', 'reject', 'fail'),
  ],
  [
    '4.10.2',
    'a suffix of two labels',
    'a.example.co.test',
    'b.example.co.test',
    { 'co.test': PSD },
    expected('example.co.test', 'co.test', 'reject', 'pass'),
  ],
  [
    '4.10.1',
    'the record of the organization beats that of the suffix',
    'a.example.com',
    'a.example.com',
    { 'example.com': 'v=DMARC1; p=none', com: PSD },
    expected('example.com', 'example.com', 'none', 'pass'),
  ],
  [
    '4.10.1',
    'the record of the Author Domain beats both',
    'a.example.com',
    'a.example.com',
    { 'a.example.com': 'v=DMARC1; p=quarantine', 'example.com': 'v=DMARC1; p=none', com: PSD },
    expected('a.example.com', 'a.example.com', 'quarantine', 'pass'),
  ],
  [
    '4.10.2',
    'an example of the text: psd=y at example.com',
    'a.mail.example.com',
    'b.mail.example.com',
    { 'example.com': PSD },
    expected('mail.example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.10.2',
    'psd=y at the Author Domain itself',
    'co.test',
    'co.test',
    { 'co.test': PSD },
    expected('co.test', 'co.test', 'reject', 'pass'),
  ],
  [
    '4.10.2',
    'a child of the suffix signs for the suffix',
    'co.test',
    'example.co.test',
    { 'co.test': PSD },
    expected('co.test', 'co.test', 'reject', 'fail'),
  ],
  [
    '4.10',
    'psd=y ends the walk',
    'a.example.com',
    'b.example.com',
    { 'example.com': PSD, com: FAIL },
    expected('a.example.com', 'example.com', 'reject', 'fail'),
  ],
  // Records at several heights
  [
    '4.10.2',
    'the fewest labels',
    'a.mail.example.com',
    'example.com',
    { 'mail.example.com': REJECT, 'example.com': 'v=DMARC1; p=none' },
    expected('example.com', 'example.com', 'none', 'pass'),
  ],
  [
    '4.10.2',
    'the record of the middle is neither own nor organizational',
    'a.mail.example.com',
    'a.mail.example.com',
    { 'mail.example.com': 'v=DMARC1; p=none', 'example.com': REJECT },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.10.2',
    'a record at a top-level domain without psd',
    'a.example.com',
    'b.other.com',
    { com: 'v=DMARC1; p=none' },
    expected('com', 'com', 'none', 'pass'),
  ],
  [
    '4.10.2',
    'no record: the start is the Organizational Domain',
    'a.example.com',
    'example.com',
    {},
    none('a.example.com'),
  ],
  // sp and np
  [
    '4.10.1',
    'sp for a subdomain that exists',
    'a.example.com',
    'a.example.com',
    { 'example.com': 'v=DMARC1; p=reject; sp=none', 'a.example.com': { status: 'nodata' } },
    expected('example.com', 'example.com', 'none', 'pass'),
  ],
  [
    '4.10.1',
    'sp does not touch the domain itself',
    'example.com',
    'example.com',
    { 'example.com': 'v=DMARC1; p=reject; sp=none' },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.10.1',
    'np for a name that does not exist',
    'no.example.com',
    '',
    { 'example.com': 'v=DMARC1; p=none; sp=quarantine; np=reject' },
    expected('example.com', 'example.com', 'reject', 'fail'),
  ],
  [
    '4.10.1',
    'np does not touch a name that exists',
    'a.example.com',
    '',
    { 'example.com': 'v=DMARC1; p=none; sp=quarantine; np=reject', 'a.example.com': { status: 'nodata' } },
    expected('example.com', 'example.com', 'quarantine', 'fail'),
  ],
  [
    '4.7',
    'without np, sp for a name that does not exist',
    'no.example.com',
    '',
    { 'example.com': 'v=DMARC1; p=none; sp=reject' },
    expected('example.com', 'example.com', 'reject', 'fail'),
  ],
  [
    '4.7',
    'without np and sp, p',
    'no.example.com',
    '',
    { 'example.com': 'v=DMARC1; p=reject' },
    expected('example.com', 'example.com', 'reject', 'fail'),
  ],
  [
    '4.7',
    'np without sp: p where the name exists',
    'a.example.com',
    '',
    { 'example.com': 'v=DMARC1; p=none; np=reject', 'a.example.com': { status: 'nodata' } },
    expected('example.com', 'example.com', 'none', 'fail'),
  ],
  [
    '4.10.1',
    'sp of a suffix',
    'example.com',
    '',
    { com: 'v=DMARC1; p=none; sp=reject; psd=y', 'example.com': { status: 'nodata' } },
    expected('example.com', 'com', 'reject', 'fail'),
  ],
  [
    '4.10.1',
    'np of a suffix',
    'no.com',
    '',
    { com: 'v=DMARC1; p=none; np=reject; psd=y' },
    expected('no.com', 'com', 'reject', 'fail'),
  ],
  [
    '4.7',
    'sp of the Author Domain is for its subdomains alone',
    'mail.example.com',
    '',
    { 'mail.example.com': 'v=DMARC1; p=none; sp=reject', 'example.com': REJECT },
    expected('example.com', 'mail.example.com', 'none', 'fail'),
  ],
  [
    '3.2.13',
    'a name with something below it exists',
    'a.example.com',
    '',
    { 'example.com': 'v=DMARC1; p=none; np=reject', 'x.a.example.com': { status: 'nodata' } },
    expected('example.com', 'example.com', 'none', 'fail'),
  ],
  // Invalid and missing policies
  [
    '4.10.1',
    'no p, no rua: not applied',
    'example.com',
    'example.com',
    { 'example.com': 'v=DMARC1' },
    none('example.com'),
  ],
  [
    '4.10.1',
    'no p, but rua: p=none',
    'example.com',
    'example.com',
    { 'example.com': 'v=DMARC1; rua=mailto:d@example.com' },
    expected('example.com', 'example.com', 'none', 'pass'),
  ],
  [
    '4.10.1',
    'an invalid p, no rua',
    'example.com',
    'example.com',
    { 'example.com': 'v=DMARC1; p=block' },
    none('example.com'),
  ],
  [
    '4.10.1',
    'an invalid p, with rua',
    'example.com',
    'example.com',
    { 'example.com': 'v=DMARC1; p=block; rua=mailto:d@example.com' },
    expected('example.com', 'example.com', 'none', 'pass'),
  ],
  [
    '4.10.1',
    'an invalid sp, with rua',
    'example.com',
    'example.com',
    { 'example.com': 'v=DMARC1; p=reject; sp=block; rua=mailto:d@example.com' },
    expected('example.com', 'example.com', 'none', 'pass'),
  ],
  [
    '4.10.1',
    'an invalid np, no rua',
    'example.com',
    'example.com',
    { 'example.com': 'v=DMARC1; p=reject; np=block' },
    none('example.com'),
  ],
  [
    '4.10.1',
    'an invalid p, and a rua that is no URI',
    'example.com',
    'example.com',
    { 'example.com': 'v=DMARC1; p=block; rua=d@example.com' },
    none('example.com'),
  ],
  [
    '4.8',
    'p in upper case (ABNF)',
    'example.com',
    'example.com',
    { 'example.com': 'v=DMARC1; p=REJECT' },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.8',
    'two p= tags: neither is taken',
    'example.com',
    'example.com',
    { 'example.com': 'v=DMARC1; p=reject; p=none; rua=mailto:d@example.com' },
    expected('example.com', 'example.com', 'none', 'pass'),
  ],
  // What is a record
  [
    '4.7',
    'v=dmarc1 is not a record',
    'example.com',
    'example.com',
    { 'example.com': 'v=dmarc1; p=reject' },
    none('example.com'),
  ],
  ['4.7', 'v is not first', 'example.com', 'example.com', { 'example.com': 'p=reject; v=DMARC1' }, none('example.com')],
  ['4.7', 'SPF text at _dmarc', 'example.com', 'example.com', { 'example.com': 'v=spf1 -all' }, none('example.com')],
  ['4.7', 'DMARC10', 'example.com', 'example.com', { 'example.com': 'v=DMARC10; p=reject' }, none('example.com')],
  [
    '4.10',
    'SPF text next to a record',
    'example.com',
    'example.com',
    { 'example.com': ['v=spf1 -all', REJECT] },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.10',
    'two records at one name are both discarded',
    'example.com',
    'example.com',
    { 'example.com': [REJECT, 'v=DMARC1; p=none'] },
    none('example.com'),
  ],
  [
    '4.10',
    'two equal records too',
    'example.com',
    'example.com',
    { 'example.com': [REJECT, REJECT] },
    none('example.com'),
  ],
  [
    '4.10',
    'two records below one',
    'a.example.com',
    'a.example.com',
    { 'a.example.com': [REJECT, REJECT], 'example.com': 'v=DMARC1; p=quarantine' },
    expected('example.com', 'example.com', 'quarantine', 'pass'),
  ],
  [
    '4.8',
    'white space around equals signs and semicolons',
    'example.com',
    'example.com',
    { 'example.com': 'v = DMARC1 ;\tp = reject ;' },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.7',
    'unknown tags and those that are gone',
    'example.com',
    'example.com',
    { 'example.com': 'v=DMARC1; p=reject; pct=0; rf=afrf; ri=3600; x=y' },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.8',
    'a part that is not a tag',
    'example.com',
    'example.com',
    { 'example.com': 'v=DMARC1; p=reject; whatever; ;' },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.8',
    'non-ASCII in another tag',
    'example.com',
    'example.com',
    { 'example.com': 'v=DMARC1; p=reject; n=\xe9' },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.7',
    't=y lowers nothing here',
    'example.com',
    'example.com',
    { 'example.com': 'v=DMARC1; p=reject; t=y' },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.5',
    'a dangling alias at _dmarc is no record',
    'example.com',
    'example.com',
    { 'example.com': { status: 'nxdomain' } },
    none('example.com'),
  ],
  [
    '4.10.1',
    'an alias loop at _dmarc is no record',
    'example.com',
    'example.com',
    { 'example.com': { status: 'cname-loop' } },
    none('example.com'),
  ],
  // DNS failures, at each step
  [
    '4.10.1',
    'failure at the Author Domain',
    'a.example.com',
    'a.example.com',
    { 'a.example.com': FAIL, 'example.com': REJECT },
    expected(null, null, null, 'temperror'),
  ],
  [
    '4.10.1',
    'failure at the parent',
    'a.example.com',
    'a.example.com',
    { 'example.com': FAIL },
    expected(null, null, null, 'temperror'),
  ],
  [
    '4.10.1',
    'failure at the top',
    'a.example.com',
    'b.example.com',
    { 'example.com': REJECT, com: FAIL },
    expected(null, null, null, 'temperror'),
  ],
  [
    '4.10.2',
    'failure above a record of the same domain does not matter',
    'example.com',
    'example.com',
    { 'example.com': REJECT, com: FAIL },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.10.2',
    'failure above, and another domain signs',
    'example.com',
    'mail.example.com',
    { 'example.com': REJECT, com: FAIL },
    expected(null, 'example.com', 'reject', 'temperror'),
  ],
  [
    '4.10.2',
    'failure above, strict: the names decide',
    'example.com',
    'mail.example.com',
    { 'example.com': STRICT, com: FAIL },
    expected(null, 'example.com', 'reject', 'fail'),
  ],
  [
    '4.10.2',
    'failure in the walk of the signer',
    'example.com',
    'mail.example.com',
    { 'example.com': REJECT, 'mail.example.com': FAIL },
    expected('example.com', 'example.com', 'reject', 'temperror'),
  ],
  [
    '4.4.1',
    'failure for one signer, and another is aligned',
    'example.com',
    'mail.example.com b.example.com',
    { 'example.com': REJECT, 'mail.example.com': FAIL },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  // Many labels
  [
    '4.10',
    'eight labels',
    'a.b.c.d.e.f.example.com',
    'example.com',
    { 'example.com': REJECT },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.10',
    'thirteen labels',
    'a.b.c.d.e.f.g.h.i.j.mail.example.com',
    'example.com',
    { 'example.com': REJECT },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.10',
    'a record that the shortcut passes over',
    'a.b.c.d.e.f.g.example.com',
    'example.com',
    { 'b.c.d.e.f.g.example.com': OWN, 'example.com': REJECT },
    expected('example.com', 'example.com', 'reject', 'pass'),
  ],
  [
    '4.10',
    'a record of seven labels below nine',
    'a.b.c.d.e.f.g.example.com',
    'x.c.d.e.f.g.example.com',
    { 'c.d.e.f.g.example.com': OWN },
    expected('c.d.e.f.g.example.com', 'c.d.e.f.g.example.com', 'quarantine', 'pass'),
  ],
  [
    '4.10.2',
    'one label below, beyond the shortcut',
    'a.b.c.d.e.f.g.example.com',
    '',
    { 'c.d.e.f.g.example.com': PSD },
    expected('b.c.d.e.f.g.example.com', 'c.d.e.f.g.example.com', 'reject', 'fail'),
  ],
  ['4.10', 'one label', 'test', 'test', { test: REJECT }, expected('test', 'test', 'reject', 'pass')],
]

describe('the policy and the alignment of', () => {
  it.each(ROWS)('§%s %s', async (_, __, author, signing, records, wanted) => {
    const zone = dmarc(records)
    // The Author Domain itself, for np.
    const own = records[author]
    const resolver = resolverOf(typeof own === 'object' && 'status' in own ? { ...zone, [author]: own } : zone)
    const { organizationalDomain, policyDomain, policy, dkim } = await evaluateDmarc(
      author,
      signing.split(' ').filter(Boolean),
      resolver,
    )
    expect({ org: organizationalDomain, at: policyDomain, policy, dkim }).toEqual(wanted)
  })

  it('has at least eighty rows', () => expect(ROWS.length).toBeGreaterThanOrEqual(80))
})

it('asks the eight names of the example in §4.10, and no others', () => {
  expect(walkTargets('a.b.c.d.e.f.g.h.i.j.mail.example.com')).toEqual([
    'a.b.c.d.e.f.g.h.i.j.mail.example.com',
    'g.h.i.j.mail.example.com',
    'h.i.j.mail.example.com',
    'i.j.mail.example.com',
    'j.mail.example.com',
    'mail.example.com',
    'example.com',
    'com',
  ])
  expect(walkTargets('a.b.c.d.e.f.g.h')).toHaveLength(8)
  expect(walkTargets('a.b.c.d.e.f.g')).toHaveLength(7)
  expect(walkTargets('a.b.c.d.e.f.g.h.i')).toHaveLength(8)
})

it('a DNS failure where existence decides between np and sp is temporary (§4.10.1)', async () => {
  const zone = { ...dmarc({ 'example.com': 'v=DMARC1; p=none; np=reject' }), 'a.example.com': FAIL }
  const { status, policy, organizationalDomain } = await discoverPolicy('a.example.com', resolverOf(zone))
  expect([status, policy, organizationalDomain]).toEqual(['temperror', null, 'example.com'])
})

it('asks one question where the signer is the Author Domain and has a record', async () => {
  const resolver = resolverOf(dmarc({ 'mail.example.com': REJECT, 'example.com': REJECT }))
  await evaluateDmarc('mail.example.com', ['mail.example.com'], resolver)
  expect(resolver.asked).toEqual(['_dmarc.mail.example.com'])
})

describe('for any records', () => {
  const label = fc.constantFrom('a', 'b', 'c')
  const name = fc.array(label, { minLength: 1, maxLength: 12 }).map(labels => [...labels, 'test'].join('.'))
  const record = fc.constantFrom(
    REJECT,
    STRICT,
    PSD,
    OWN,
    'v=DMARC1',
    'v=DMARC1; p=none; np=reject',
    'v=dmarc1; p=none',
    'text',
  )
  const zones = fc
    .array(fc.tuple(name, fc.array(record, { minLength: 1, maxLength: 2 })), { maxLength: 8 })
    .map(entries => dmarc(Object.fromEntries(entries)))

  it('a walk asks eight questions at most', async () => {
    await fc.assert(
      fc.asyncProperty(name, zones, async (domain, zone) => {
        const resolver = resolverOf(zone)
        await walkTree(domain, resolver)
        expect(resolver.asked.length).toBeLessThanOrEqual(8)
      }),
      { numRuns: 300 },
    )
  })

  it("a parent's record never beats that of the Author Domain", async () => {
    await fc.assert(
      fc.asyncProperty(name, zones, fc.constantFrom('none', 'quarantine', 'reject'), async (domain, zone, policy) => {
        const found = await discoverPolicy(
          domain,
          resolverOf({ ...zone, [`_dmarc.${domain}`]: `v=DMARC1; p=${policy}` }),
        )
        expect([found.policyDomain, found.policy]).toEqual([domain, policy])
      }),
      { numRuns: 300 },
    )
  })

  it('strict never passes where relaxed fails', async () => {
    await fc.assert(
      fc.asyncProperty(name, name, zones, async (author, signing, zone) => {
        const withMode = (mode: string) =>
          evaluateDmarc(
            author,
            [signing],
            resolverOf({ ...zone, [`_dmarc.${author}`]: `v=DMARC1; p=none; adkim=${mode}` }),
          )
        const [strict, relaxed] = [await withMode('s'), await withMode('r')]
        if (strict.dkim === 'pass') expect(relaxed.dkim).toBe('pass')
      }),
      { numRuns: 300 },
    )
  })

  it('the order of records at a name does not matter', async () => {
    await fc.assert(
      fc.asyncProperty(name, name, zones, async (author, signing, zone) => {
        const reversed = Object.fromEntries(
          Object.entries(zone).map(([at, value]) => [at, Array.isArray(value) ? value.toReversed() : value]),
        )
        const [one, other] = [
          await evaluateDmarc(author, [signing], resolverOf(zone)),
          await evaluateDmarc(author, [signing], resolverOf(reversed)),
        ]
        expect([other.policy, other.dkim, other.organizationalDomain]).toEqual([
          one.policy,
          one.dkim,
          one.organizationalDomain,
        ])
      }),
      { numRuns: 300 },
    )
  })
})
