// Random changes with a known cause, each held against all families: what is proven is that cause, or says so with it, and never a wrong one.
// The hash that is looked for is known to the test, so that no key is needed: thousands of searches take seconds.

import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { indexFields, parseHeaderSection } from '../../../src/core/dkim/header.js'
import type { CanonicalizationName } from '../../../src/core/dkim/result.js'
import { parseSignature } from '../../../src/core/dkim/signature.js'
import { searchBody } from '../../../src/core/explain/body-search.js'
import { canonicalBody } from '../../../src/core/explain/body-target.js'
import { Budget } from '../../../src/core/explain/budget.js'
import { CAUSES, type Cause } from '../../../src/core/explain/causes.js'
import { HeaderModel } from '../../../src/core/explain/header-model.js'
import type { HeaderOracle } from '../../../src/core/explain/header-oracle.js'
import { HeaderSearch } from '../../../src/core/explain/header-search.js'
import { mimeBody } from '../../../src/core/explain/mime-parts.js'

/** For each family: 2000 in all. `PAIRS=1000` tries as many for each. */
const PAIRS = Number(process.env['PAIRS'] ?? 100)

/** The same numbers in every run (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

type Random = ReturnType<typeof randomFrom>

function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[random(items.length)]!
}

const LINK = 'https://example.com/a'
const WORDS = [
  'Hello',
  'all',
  'the',
  'minutes',
  'of',
  'last',
  'week',
  'are',
  'here.',
  'Ann',
  'wrote',
  'f=C3=BCr',
  '3.5',
  LINK,
]
const STARTS = ['', '', '', '', '> ', '.', 'From ', '>From ', '-- ', '  ', '\t', '<b>', '..']
const GAPS = [' ', ' ', ' ', '  ', '\t', ' \t']

function line(random: Random): string {
  if (random(6) === 0) return ''
  let text = pick(random, STARTS)
  for (let count = 1 + random(7); count > 0; count -= 1) text += pick(random, WORDS) + pick(random, GAPS)
  return random(4) === 0 ? text : text.trimEnd()
}

function textOf(random: Random): string {
  return `${Array.from({ length: 1 + random(5) }, () => line(random)).join('\r\n')}\r\nend\r\n`
}

const ENCODINGS = ['7bit', 'quoted-printable', 'base64'] as const

function encoded(text: string, encoding: string): string {
  if (encoding === 'base64')
    return Buffer.from(text)
      .toString('base64')
      .replace(/(.{76})(?=.)/g, '$1\r\n')
  return encoding === 'quoted-printable' ? text.replace(/[ \t]+(?=\r\n)/g, '').replace(/=/g, '=3D') : text
}

interface Sent {
  readonly body: string
  readonly contentType: string
  readonly encoding: string
}

function sentBody(random: Random): Sent {
  const encoding = pick(random, ENCODINGS)
  if (random(2) === 0) return { body: encoded(textOf(random), encoding), contentType: 'text/plain', encoding }
  const part = (type: string): string => {
    const own = pick(random, ENCODINGS)
    return `--b\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: ${own}\r\n\r\n${encoded(textOf(random), own)}\r\n`
  }
  const body = `${part('text/plain')}${part('text/html')}--b--\r\n`
  return { body, contentType: 'multipart/alternative; boundary=b', encoding: '7bit' }
}

interface Change {
  /** Causes that are true of it. */
  readonly causes: readonly Cause[]
  readonly apply: (body: string, random: Random) => string
}

const WHITE: readonly Cause[] = ['trailing-space-changed', 'tabs-changed', 'white-space-collapsed']
const RANGES: readonly Cause[] = ['body-appended', 'body-prepended', 'body-inserted', 'body-wrapped']

/** Of each family, what it undoes; the causes beside it describe the same bytes. */
const BODY: Readonly<Record<string, readonly Change[]>> = {
  ranges: [
    { causes: RANGES, apply: body => `${body}____\r\nlist footer\r\n` },
    { causes: RANGES, apply: body => `CAUTION: external\r\n${body}` },
    { causes: RANGES, apply: (body, random) => inserted(body, random, 'inserted line\r\n') },
  ],
  whiteSpace: [
    { causes: [...WHITE, 'line-ends-changed'], apply: body => body.replace(/[ \t]+(?=\r\n)/g, '') },
    { causes: [...WHITE, 'line-ends-changed'], apply: body => body.replace(/(?=\r\n)/, '  ') },
    { causes: WHITE, apply: body => body.replace(/\t/g, '        ') },
    { causes: WHITE, apply: body => body.replace(/ {2}/g, ' ') },
  ],
  lineEnds: [
    { causes: ['line-ends-changed'], apply: body => body.replaceAll('\r\n', '\r\r\n') },
    { causes: ['line-ends-changed', ...RANGES], apply: body => body.replace('\r\n', '\n') },
  ],
  lineStarts: [
    { causes: ['dot-stuffing-changed', ...RANGES], apply: body => body.replace(/(?<=^|\n)\./g, '..') },
    { causes: ['dot-stuffing-changed'], apply: body => body.replace(/(?<=^|\n)\.\./g, '.') },
    { causes: ['from-quoting-changed', ...RANGES], apply: body => body.replace(/(?<=^|\n)(?=From )/g, '>') },
    { causes: ['body-prepended', 'body-inserted'], apply: body => `\xef\xbb\xbf${body}` },
  ],
  blankLines: [
    { causes: ['blank-lines-changed', ...RANGES], apply: body => `\r\n${body}` },
    { causes: ['blank-lines-changed', ...RANGES], apply: (body, random) => inserted(body, random, '\r\n') },
    { causes: ['blank-lines-changed'], apply: body => body.replace(/^\r\n|(?<=\r\n)\r\n/, '') },
  ],
  transferEncoding: [
    {
      causes: ['lines-rewrapped'],
      apply: body => body.replace(/(?<=^|\n)([A-Za-z0-9+/]{60})(?=[A-Za-z0-9+/=]{9})/g, '$1\r\n'),
    },
    { causes: ['lines-rewrapped', 'transfer-encoding-changed'], apply: body => body.replace(/=3D/g, '=3d') },
    { causes: ['blank-lines-changed', ...RANGES], apply: body => body.replaceAll('\r\n--b', '\r\n\r\n--b') },
  ],
  partFields: [
    { causes: ['part-fields-changed', ...RANGES], apply: body => body.replaceAll('--b\r\nC', '--b\r\nX-A: 1\r\nC') },
    {
      causes: ['part-fields-changed', 'transfer-encoding-changed'],
      apply: body => body.replace('Type: text/html', 'Type: TEXT/HTML'),
    },
  ],
  links: [
    {
      causes: ['links-rewritten', ...RANGES],
      apply: body =>
        body.replaceAll(
          LINK,
          'https://gcc02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.com%2Fa&data=1',
        ),
    },
  ],
  /** No relay does this: whatever is named is wrong. */
  nothing: [
    { causes: [], apply: body => body.replace('end', 'and') },
    { causes: [], apply: body => body.replace('end', 'tne') },
  ],
}

function inserted(body: string, random: Random, text: string): string {
  const starts = [...body.matchAll(/\r\n/g)].map(({ index }) => index + 2)
  const at = pick(random, starts.slice(0, -1))
  return body.slice(0, at) + text + body.slice(at)
}

const HEADER = parseHeaderSection(
  Buffer.from(
    'DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s; h=from; bh=AA==; b=AA==\r\nFrom: a@example.com\r\n',
  ),
)

function isVisible(sent: string, received: string, canonicalization: CanonicalizationName): boolean {
  const [one, other] = [sent, received].map(body => canonicalBody(Buffer.from(body, 'latin1'), canonicalization))
  return !one!.equals(other!)
}

async function namedFor(received: string, sent: Sent, canonicalization: CanonicalizationName): Promise<Cause[]> {
  const digest = hash('sha256', canonicalBody(Buffer.from(sent.body, 'latin1'), canonicalization), 'buffer')
  const bytes = Buffer.from(received, 'latin1')
  const index = indexFields(HEADER.fields)
  const findings = await searchBody(
    {
      text: received,
      bytes,
      canonical: canonicalBody(bytes, canonicalization),
      target: { canonicalization, length: null, digest },
      mime: mimeBody(received, sent.contentType, sent.encoding),
      section: HEADER,
      index,
      signature: parseSignature(HEADER, HEADER.fields[0]!),
      labelIsSigned: false,
    },
    new Budget({ time: 60_000, hypotheses: 500, clock: () => 0 }),
  )
  return findings.flatMap(({ code, alternatives = [] }) => [code, ...alternatives.map(other => other.code)])
}

describe('the body', () => {
  it.each(Object.entries(BODY))('%s: no wrong cause is proven', { timeout: 60_000 }, async (name, changes) => {
    const random = randomFrom(name.length * 7919)
    let named = 0
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const sent = sentBody(random)
      const { causes, apply } = pick(random, changes)
      const received = apply(sent.body, random)
      const canonicalization = pick(random, ['simple', 'relaxed'] as const)
      if (!isVisible(sent.body, received, canonicalization)) continue
      const codes = await namedFor(received, sent, canonicalization)
      const context = JSON.stringify({ codes, canonicalization, sent: sent.body, received })
      if (codes.length === 0) continue
      named += 1
      // What happened stands first; signers that would have hashed the same follow, and are never alone.
      expect(causes, context).toContain(codes[0])
    }
    if (name === 'nothing') expect(named).toBe(0)
    else expect(named).toBeGreaterThan(PAIRS / 50)
  })
})

const BODY_HASH = Buffer.alloc(32).toString('base64')
const NAMES = ['Ann Author', 'Bob', 'M\xc3\xbcller', 'Carol C.', 'list']

function sentHeader(random: Random): string {
  const address = (): string => {
    const [name, local] = [pick(random, NAMES), pick(random, ['ann', 'Bob', 'news'])]
    const box = `${local}@${pick(random, ['example.com', 'Example.ORG', 'mail.example.net'])}`
    return pick(random, [box, `<${box}>`, `"${name}" <${box}>`, name.includes('.') ? box : `${name} <${box}>`])
  }
  const subject = pick(random, ['The minutes', 'Re: [list] The  minutes', '=?utf-8?q?Gr=C3=BC=C3=9Fe?= all', 'a'])
  const fields = [
    `From: ${address()}`,
    `To: ${address()},${pick(random, [' ', '\r\n\t'])}${address()}`,
    `Subject: ${subject}`,
    `Date: Sun, ${pick(random, ['22', '1', '01'])} Nov 2026 1${random(10)}:59:50 ${pick(random, ['+0000', '+0100', 'GMT'])}`,
    `Message-ID: <${random(1e9)}@example.com>`,
    ...(random(2) === 0 ? [`Reply-To: ${address()}`] : []),
    ...(random(2) === 0 ? ['MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8'] : []),
  ]
  const c = pick(random, ['simple', 'relaxed'])
  const h = 'from:to:subject:date:message-id:reply-to:mime-version:content-type:content-transfer-encoding'
  return `DKIM-Signature: v=1; a=rsa-sha256; c=${c}/relaxed; d=example.com; s=s;\r\n h=${h};\r\n bh=${BODY_HASH}; b=AA==\r\n${fields.join('\r\n')}\r\n`
}

const value = (name: string, change: (value: string) => string) => (header: string) =>
  header.replace(new RegExp(`(?<=^|\\n)(${name}: ?)((?:[^\\r]|\\r\\n[ \\t])*)`), (_, lead, old) => lead + change(old))

const SPACE: readonly Cause[] = ['white-space-changed', 'field-refolded']
const RESPELLED: readonly Cause[] = ['address-reformatted', 'domain-form-changed']
const SIGNERS: readonly Cause[] = ['other-header-canonicalization', 'signer-mistake']

const HEADERS: Readonly<Record<string, readonly Change[]>> = {
  subjectTag: [
    { causes: ['subject-tag'], apply: value('Subject', old => `[tag] ${old}`) },
    { causes: ['subject-tag'], apply: value('Subject', old => `${old} {spam}`) },
  ],
  membership: [
    { causes: ['field-added', 'mime-fields-changed'], apply: header => `${header}Content-Transfer-Encoding: 7bit\r\n` },
    { causes: ['field-added', 'field-replaced'], apply: header => `${header}Reply-To: list@example.org\r\n` },
    { causes: ['field-removed', 'mime-fields-changed'], apply: header => header.replace('MIME-Version: 1.0\r\n', '') },
  ],
  mimeFields: [
    { causes: ['mime-fields-changed'], apply: value('Content-Type', () => 'text/plain; charset="UTF-8"') },
    { causes: ['mime-fields-changed'], apply: value('Content-Type', old => `${old}; format=flowed`) },
  ],
  whiteSpace: [
    { causes: [...SPACE, ...RESPELLED], apply: header => header.replace(/,\r\n\t/, ', ') },
    { causes: [...SPACE, ...RESPELLED], apply: value('Subject', old => ` ${old}  `) },
    { causes: SPACE, apply: value('Subject', old => old.replace(' ', '  ')) },
    { causes: SPACE, apply: header => header.replaceAll('\r\n', '\r\r\n').replace(/\r\r\n$/, '\r\n') },
  ],
  nameCase: [
    { causes: ['field-name-case-changed'], apply: header => header.replace('Message-ID', 'Message-Id') },
    { causes: ['field-name-case-changed'], apply: header => header.replace('Subject', 'SUBJECT') },
  ],
  addresses: [
    { causes: RESPELLED, apply: value('From', old => old.replaceAll('"', '')) },
    { causes: RESPELLED, apply: value('To', old => old.replace(/@[^>,\r]*/g, domain => domain.toLowerCase())) },
    { causes: ['recipients-changed'], apply: value('To', old => `${old}, new@example.test`) },
  ],
  encodedWords: [
    { causes: ['encoded-words-changed'], apply: value('Subject', old => old.replace('utf-8?q', 'UTF-8?Q')) },
  ],
  replacedValue: [
    {
      causes: ['from-rewritten'],
      apply: value('From', old => `"via list" <list@example.org>\r\nX-Original-From: ${old}`),
    },
    { causes: ['field-replaced'], apply: value('Subject', old => `other\r\nX-Original-Subject: ${old}`) },
  ],
  date: [{ causes: ['date-changed'], apply: value('Date', old => old.replace(/GMT|\+0000/, '+0000 (UTC)')) }],
  nothing: [
    { causes: [], apply: value('Subject', old => old.replace('a', 'b')) },
    { causes: [], apply: value('Message-ID', old => old.replace('@', '0@')) },
  ],
}

function scene(text: string) {
  const section = parseHeaderSection(Buffer.from(text, 'latin1'))
  const index = indexFields(section.fields)
  const signature = parseSignature(section, section.fields[0]!)
  return { section, index, signature, model: HeaderModel.of(section, index, signature), bodyHashes: [] }
}

/** What the search names, where the header that was signed is known. */
async function namedForHeader(received: string, signed: Buffer): Promise<Cause[]> {
  const matches = (header: Buffer): boolean => header.equals(signed)
  const recovered = { algorithm: 'sha256', digest: Buffer.alloc(32) } as const
  const oracle: HeaderOracle = { matches, confirms: matches, recovered, usable: true, isUnhashed: () => false }
  const budget = new Budget({ time: 60_000, hypotheses: 700, clock: () => 0 })
  const finding = await new HeaderSearch(scene(received), oracle, budget).run()
  return finding === null ? [] : [...finding.hypotheses, ...finding.alternatives].map(({ code }) => code)
}

describe('the header', () => {
  it.each(Object.entries(HEADERS))('%s: no wrong cause is proven', { timeout: 60_000 }, async (name, changes) => {
    const random = randomFrom(name.length * 104_729)
    let named = 0
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const sent = sentHeader(random)
      const { causes, apply } = pick(random, changes)
      const received = apply(sent, random)
      const { bytes } = scene(sent).model
      if (scene(received).model.bytes.equals(bytes)) continue
      const codes = await namedForHeader(received, bytes)
      if (codes.length === 0) continue
      named += 1
      expect(causes, JSON.stringify({ codes, sent, received })).toContain(codes[0])
    }
    if (name === 'nothing') expect(named).toBe(0)
    else expect(named).toBeGreaterThan(PAIRS / 50)
  })

  it('a signer that hashed another canonicalization than c= says is named, never alone where a relay may have done it', async () => {
    const random = randomFrom(1)
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const { section, index, signature, model } = scene(sentHeader(random))
      const other = model.canonicalization === 'simple' ? 'relaxed' : 'simple'
      const signed = new HeaderModel(other, model.positions, model.signatureField).bytes
      const codes = await namedForHeader(section.text, signed)
      expect(index.size).toBeGreaterThan(4)
      expect(signature.rejection).toBeNull()
      if (other === 'simple') expect(codes).toEqual(['other-header-canonicalization'])
      else expect(codes).toEqual(['field-name-case-changed', 'other-header-canonicalization'])
    }
    expect(SIGNERS.every(code => CAUSES[code].part === 'header')).toBe(true)
  })
})
