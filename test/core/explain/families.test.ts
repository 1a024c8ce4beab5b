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

const PAIRS = 1000

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
    new Budget({ time: 60_000, hypotheses: 800, clock: () => 0 }),
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
    else expect(named).toBeGreaterThan(50)
  })
})
