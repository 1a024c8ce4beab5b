// Causes that the matrix has no row for: keys, damaged signatures, signers' mistakes, pairs, z=, other signatures, what attackers could add.

import { createHash, sign as cryptoSign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parseHeaderSection } from '../../../src/core/dkim/header.js'
import { parseSignature } from '../../../src/core/dkim/signature.js'
import type { SignatureRequest } from '../../../src/core/dkim/signature-request.js'
import { canonicalHeaderFor } from '../../../src/core/explain/trace.js'
import { KEYS, type KeyName, keyRecord } from '../../support/keys.js'
import { codesOf, explained, PRIVATE, privateKey, resolverOf, signed } from './case.js'
import { PLAIN } from './messages.js'

/** The message signed by hand: `make` gets the canonical header and gives b=. */
async function signedBy(make: (header: Buffer) => Buffer, type: 'rsa' | 'ed25519' = 'rsa'): Promise<string> {
  const message = await signed(PLAIN, { type })
  const section = parseHeaderSection(Buffer.from(message.slice(0, message.indexOf('\r\n\r\n') + 2), 'latin1'))
  const signature = parseSignature(section, section.fields[0]!)
  const b = signature.tags!.get('b')!
  const value = make(canonicalHeaderFor(section, signature)!).toString('base64')
  return message.slice(0, b.valueStart) + value + message.slice(b.valueEnd)
}

describe('the key', () => {
  it('another key is published', async () => {
    const resolver = resolverOf({ 'rsa._domainkey.example.com': keyRecord('rsa2048other') })
    const outcome = await explained(await signed(PLAIN), { resolver })
    expect(codesOf(outcome)).toEqual(['wrong-key-or-damaged-signature proven'])
    expect(outcome.signatures[0]!.diagnosis).toBe('key-or-signature')
  })

  it('the key of another signature made it', async () => {
    const request: Partial<SignatureRequest> = { key: privateKey('rsa2048other') }
    const both = await signed(await signed(PLAIN), { request })
    const resolver = resolverOf({
      'rsa._domainkey.example.com': keyRecord('rsa2048'),
      'b._domainkey.example.com': keyRecord('rsa2048other'),
    })
    const good = await signed(both, { request: { ...request, selector: 'b' } })
    const outcome = await explained(good, { resolver })
    expect(codesOf(outcome, 1)).toEqual(['wrong-key proven'])
    expect(outcome.signatures[1]!.explanations[0]!.text).toContain('b._domainkey.example.com')
  })

  it('the Ed25519 key of another signature made it', async () => {
    const request: Partial<SignatureRequest> = { key: privateKey('ed25519other') }
    const wrong = await signed(PLAIN, { type: 'ed25519', request })
    const good = await signed(wrong, { type: 'ed25519', request: { ...request, selector: 'b' } })
    const resolver = resolverOf({
      'ed25519._domainkey.example.com': keyRecord('ed25519'),
      'b._domainkey.example.com': keyRecord('ed25519other'),
    })
    expect(codesOf(await explained(good, { resolver }), 1)).toEqual(['wrong-key proven'])
  })

  it('b= was damaged', async () => {
    const message = await signed(PLAIN)
    const at = message.indexOf('b=', message.indexOf('bh=') + 3) + 12
    const damaged = message.slice(0, at) + (message[at] === 'A' ? 'B' : 'A') + message.slice(at + 1)
    expect(codesOf(await explained(damaged))).toEqual(['wrong-key-or-damaged-signature proven'])
  })

  it.each<[KeyName, string]>([
    ['rsa2048', 'sha1'],
    ['rsa2048', 'sha512'],
  ])('%s signed a %s digest', async (name, digest) => {
    const message = await signedBy(header => cryptoSign(digest, header, KEYS[name]))
    expect(codesOf(await explained(message))).toEqual(['other-digest-algorithm proven'])
  })
})

describe('mistakes of signers', () => {
  it('the CRLF behind the signature', async () => {
    const message = await signedBy(header =>
      cryptoSign('sha256', Buffer.concat([header, Buffer.from('\r\n')]), KEYS.rsa2048),
    )
    expect(codesOf(await explained(message))).toEqual(['signer-mistake proven'])
  })

  it('LF line ends', async () => {
    const lf = (header: Buffer): Buffer => Buffer.from(header.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
    const message = await signedBy(header => cryptoSign('sha256', lf(header), KEYS.rsa2048))
    expect(codesOf(await explained(message))).toEqual(['signer-mistake proven'])
  })

  it('Ed25519 over the header itself', async () => {
    const message = await signedBy(header => cryptoSign(null, header, KEYS.ed25519), 'ed25519')
    expect(codesOf(await explained(message))).toEqual(['signer-mistake proven'])
  })

  it('bh= replaced by the hash of a changed body', async () => {
    const message = (await signed(PLAIN)).replace('Hello all', 'Hello you')
    const body = message
      .slice(message.indexOf('\r\n\r\n') + 4)
      .replace(/[ \t]+\r\n/g, '\r\n')
      .replace(/[ \t]+/g, ' ')
    const bh = createHash('sha256').update(body, 'latin1').digest('base64')
    const forged = message.replace(/bh=[^;]*;/, `bh=${bh};`)
    const outcome = await explained(forged)
    expect(outcome.signatures[0]!.bodyHash).toBe('match')
    // The old hash is gone: nothing can be proven.
    expect(codesOf(outcome)).toEqual([])
    expect(outcome.signatures[0]!.diagnosis).toBe('header-changed')
  })

  it('a damaged bh= over an unchanged body', async () => {
    const message = (await signed(PLAIN)).replace(
      /bh=[^;]*;/,
      `bh=${createHash('sha256').update('x').digest('base64')};`,
    )
    const outcome = await explained(message)
    expect(codesOf(outcome)).toEqual(['body-hash-replaced proven'])
  })
})

describe('several changes', () => {
  const tagged = (message: string): string => message.replace('Subject: ', 'Subject: [list] ')
  const via = (message: string): string =>
    message.replace(
      'From: "Ann Author" <ann@example.com>',
      'X-Original-From: Ann <ann@example.com>\r\nFrom: "Ann Author via List" <list@example.org>',
    )

  it.each(['rsa', 'ed25519'] as const)('%s: a footer and a Subject tag', async type => {
    const message = `${tagged(await signed(PLAIN, { type }))}--\r\nthe list\r\n`
    const outcome = await explained(message)
    expect(codesOf(outcome)).toEqual(['body-appended proven', 'subject-tag proven'])
    expect(outcome.signatures[0]!.explanations.map(({ caveat }) => caveat)).toEqual([null, null])
    expect(outcome.signatures[0]!.diagnosis).toBe('header-and-body-changed')
  })

  it('From rewritten and a Subject tag', async () => {
    const outcome = await explained(via(tagged(await signed(PLAIN))), { time: 20_000 })
    expect(codesOf(outcome).toSorted()).toEqual(['from-rewritten proven', 'subject-tag proven'])
  })

  it('Subject, MIME-Version and Reply-To together', async () => {
    const message = tagged(await signed(PLAIN))
      .replace('MIME-Version: 1.0\r\n', '')
      .replace('\r\nFrom:', '\r\nReply-To: list@example.org\r\nFrom:')
    expect(codesOf(await explained(message, { time: 20_000 })).toSorted()).toEqual([
      'field-added proven',
      'field-removed proven',
      'subject-tag proven',
    ])
  })

  it('a re-encoded part and a footer', async () => {
    const message = (await signed(PLAIN)).replace('\r\nFrom then', '\r\n>From then')
    expect(codesOf(await explained(`${message}footer\r\n`))).toEqual([
      'from-quoting-changed proven',
      'body-appended proven',
    ])
  })

  it('a footer with a header that nobody can explain: proven, with its caveat', async () => {
    const message = `${(await signed(PLAIN)).replace('Subject: The', 'Subject: Zhe')}footer\r\n`
    const [signature] = (await explained(message, { hypotheses: 20_000 })).signatures
    expect(signature!.explanations.map(({ code }) => code)).toEqual(['body-appended'])
    expect(signature!.explanations[0]!.caveat).toContain('bh=')
  })
})

describe('evidence', () => {
  it('z= proves every value that it holds', async () => {
    const message = await signed(PLAIN, { request: { copyFields: true } })
    const changed = message
      .replace('Subject: The minutes', 'Subject: Quite another thing')
      .replace('To: Bob', 'To: Rob')
    const outcome = await explained(changed)
    expect(codesOf(outcome)).toEqual(['copied-field-differs proven'])
    expect(outcome.signatures[0]!.explanations[0]!.fields).toEqual(['to', 'subject'])
    expect(outcome.signatures[0]!.evidence.filter(({ code }) => code === 'copied-field')).toHaveLength(2)
  })

  it('names what another good signature covers, software and ARC hops', async () => {
    const old = (await signed(PLAIN)).replace('Subject: The', 'Subject: Zhe')
    const changed = `X-Mailman-Version: 3.3.8\r\nARC-Seal: i=1; a=rsa-sha256; cv=none; d=lists.example; s=a; b=AA==\r\nARC-Authentication-Results: i=1; mx.lists.example; dkim=pass header.d=example.com\r\n${old}`
    const outcome = await explained(await signed(changed, { type: 'ed25519' }), { hypotheses: 5000 })
    const codes = outcome.signatures[1]!.evidence.map(({ code }) => code)
    expect(codes).toEqual(['other-signature', 'arc', 'arc', 'software'])
    expect(outcome.signatures[1]!.evidence[0]!.fields).toContain('subject')
  })

  it('a body that is cut off is likely so', async () => {
    const { MULTIPART } = await import('./messages.js')
    const message = await signed(MULTIPART)
    const outcome = await explained(message.slice(0, message.indexOf('OTo7PD0') + 3), { hypotheses: 5000 })
    expect(codesOf(outcome)).toEqual(['body-truncated likely'])
  })

  it('an l= that is wrong', async () => {
    const message = await signed(PLAIN)
    expect((await explained(message)).signatures[0]!.diagnosis).toBe('intact')
    const l = message.replace('bh=', 'l=10; bh=')
    expect(codesOf(await explained(l, { hypotheses: 5000 }))).toContain('body-length-wrong proven')
  })
})

describe('what an attacker could add', () => {
  it('nothing but replay where all is oversigned', async () => {
    const [signature] = (await explained(await signed(PLAIN))).signatures
    expect(signature!.explanations).toEqual([])
    expect(signature!.hypothesesTried).toBe(0)
    expect(signature!.exposure.map(({ code }) => code)).not.toContain('second-field')
    expect(signature!.exposure.map(({ code }) => code)).toContain('replay')
  })

  it('second fields, unsigned fields', async () => {
    const { parseFieldChoices } = await import('../../../src/core/index.js')
    const message = await signed(PLAIN, { request: { fields: parseFieldChoices('from:to:subject'), expiresIn: 3600 } })
    const [signature] = (await explained(message)).signatures
    const second = signature!.exposure.find(({ code }) => code === 'second-field')
    expect(signature!.result).toBe('pass')
    expect(second?.fields).toEqual(['from', 'to', 'subject'])
    expect(
      signature!.exposure.filter(({ code }) => code === 'unsigned-field').flatMap(({ fields }) => fields),
    ).toContain('reply-to')
    expect(signature!.exposure.find(({ code }) => code === 'replay')!.text).toContain('until')
  })
})

it('the private keys of this file are those of the resolver', () => {
  expect(PRIVATE.rsa.publicKey.p).toBe(keyRecord('rsa2048').replace(/^.*p=/, ''))
})
