// Thousands of mutated messages, judged by us and by the peers: every disagreement must be one that the tables below explain.

import { describe, expect, it } from 'vitest'
import type { Reason } from '../../src/core/dkim/result.js'
import { verify } from '../../src/core/dkim/verify.js'
import { mutate, randomFrom } from '../fuzz/mutate.js'
import { type EvilOptions, evilSign } from '../support/evil-signer.js'
import { CountingResolver, M0, REC } from '../support/hostile.js'
import { keyRecord } from '../support/keys.js'
import { dkimpy } from './dkimpy.js'
import { mailDkim } from './mail-dkim.js'
import type { Material, Peer } from './peer.js'

/** Where we do not pass and a peer does: what we ask for beyond it. */
const STRICTER: Partial<Record<Reason, string>> = {
  'unsigned-duplicate-field': 'a second From, Subject … above the signed one is never a clean pass (§8.15)',
  'malformed-message': 'a line that is no header field, or a name that is none, is never a clean pass',
  'body-partly-signed': 'octets behind l= are never a clean pass (§8.2)',
  'body-shorter-than-length': 'l= beyond the body (§3.5)',
  'signature-expired': 'x= has no grace',
  'timestamp-in-future': 't= may lie 300 seconds ahead',
  'signature-syntax-error': 'the grammar of §3.5, to the letter: base64, domain names, numbers, lists',
  'signature-missing-required-tag': 'all seven required tags (§6.1.1)',
  'unsupported-query-method': 'q= must offer dns/txt',
  'domain-mismatch': 'i= must be d= or below it',
  'incompatible-version': 'v= must be 1',
  'from-field-not-signed': 'there must be a From field, and it must be signed (§5.4)',
}

/** Where a peer does not pass and we do: why. docs/differences.md has both tables for people. */
const LAXER: readonly (readonly [peer: string, words: RegExp, message: RegExp, why: string])[] = [
  [
    'dkimpy',
    /^MessageFormatError: Unexpected char/,
    /\r\n[!-9;-~]+[ \t]+:/,
    'white space before a colon, which §3.4.2 provides for',
  ],
  [
    'dkimpy',
    /body hash mismatch/,
    /[ \t]$/,
    'white space at the end of a last line without CRLF, which §3.4.4 removes',
  ],
  [
    'Mail::DKIM',
    /unsupported algorithm ed25519/,
    /ed25519-sha256/,
    'it has no Ed25519 in the release that Debian ships',
  ],
]

const BASES: readonly EvilOptions[] = [
  {},
  { header: 'simple', body: 'simple' },
  { header: 'relaxed', body: 'simple', extra: 'i=a@legit.test; q=dns/txt; t=1600000000' },
  { extra: 'l=7' },
  { key: 'ed25519', tags: { s: 'ed' } },
  { tags: { h: 'from:from:subject:to:to:cc:message-id' } },
]
const EACH = 400
const NOW = new Date(1_700_000_000_000)
const RECORDS = { ...REC, 'ed._domainkey.legit.test': keyRecord('ed25519') }

/** Bare CR and LF are left out: peers make CRLF of them before they judge. */
const hasBareLineEnd = (bytes: Buffer): boolean => /\r(?!\n)|(?<!\r)\n/.test(bytes.toString('latin1'))

/** Half are changed before they are signed, so that the cryptography is right; half behind. */
function mutations(): Buffer[] {
  const random = randomFrom(20_260_101)
  const plain = Buffer.from(M0, 'latin1')
  const bases = BASES.map(options => Buffer.from(evilSign(M0, options), 'latin1'))
  return bases.flatMap((base, index) => {
    const made: Buffer[] = [base]
    while (made.length < EACH) {
      const other = bases[random(bases.length)]!
      const bytes =
        random(2) === 0
          ? mutate(base, other, random)
          : Buffer.from(evilSign(mutate(plain, other, random).toString('latin1'), BASES[index]), 'latin1')
      if (!hasBareLineEnd(bytes)) made.push(bytes)
    }
    return made
  })
}

interface Disagreement {
  readonly message: Buffer
  readonly ours: Reason | 'pass' | 'none'
  readonly theirs: string
}

describe.each([dkimpy, mailDkim].map((peer): [string, Peer] => [peer.name, peer]))('%s', (name, peer) => {
  const installed = peer.version() !== null

  it.skipIf(!installed)('disagrees only where it is known why', async () => {
    const messages = mutations()
    const theirs = peer.verify(messages, { records: RECORDS } as unknown as Material)
    const disagreements: Disagreement[] = []
    for (const [index, message] of messages.entries()) {
      const report = await verify(message, { resolver: new CountingResolver(RECORDS), now: NOW })
      const first = report.signatures[0]
      const pass = name === 'dkimpy' ? first?.result === 'pass' : report.result === 'pass'
      if (pass === (theirs[index] === 'pass')) continue
      disagreements.push({ message, ours: pass ? 'pass' : (first?.reason ?? 'none'), theirs: theirs[index]! })
    }
    const counts = new Map<string, number>()
    for (const { ours, theirs: words } of disagreements) {
      const key = ours === 'pass' ? `peer: ${words.slice(0, 60)}` : `ours: ${ours}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    for (const [key, count] of [...counts].sort()) console.error(`${name}: ${count} of ${messages.length}: ${key}`)
    const unexplained = disagreements.filter(({ ours, theirs: words, message }) =>
      ours === 'pass'
        ? !LAXER.some(
            ([who, said, shape]) => who === name && said.test(words) && shape.test(message.toString('latin1')),
          )
        : ours === 'none' || STRICTER[ours] === undefined,
    )
    expect(unexplained.map(one => ({ ...one, message: one.message.toString('latin1') }))).toEqual([])
    expect(theirs.filter(words => words === 'pass').length).toBeGreaterThan(messages.length / 20)
  })
})
