// A signer is proven to be the cause only where no change on the way gives the same hash.

import { expect, it } from 'vitest'
import { codesOf, explained, signed } from './case.js'
import { PLAIN } from './messages.js'

it('CRLF that became CR CR LF is not blamed on the signer', async () => {
  const message = await signed(PLAIN)
  const end = message.indexOf('\r\n\r\n') + 4
  const outcome = await explained(message.slice(0, end) + message.slice(end).replaceAll('\r\n', '\r\r\n'))
  expect(codesOf(outcome)).toEqual(['line-ends-changed proven'])
  expect(outcome.signatures[0]!.explanations[0]!.text).not.toContain('signer')
})

it('a header that a relay may have respelled is not blamed on the signer alone', async () => {
  const message = await signed(PLAIN, { header: 'relaxed', body: 'simple' })
  const outcome = await explained(message.replace('c=relaxed/simple', 'c=simple/simple'))
  // c= itself is signed: nothing else fits.
  expect(codesOf(outcome).filter(code => code.endsWith('proven'))).not.toContain('other-header-canonicalization proven')
})

it('an LF message under a signature field that ends in CRLF', async () => {
  const message = await signed(PLAIN)
  const end = message.indexOf('\r\nReceived:') + 2
  const glued = message.slice(0, end) + message.slice(end).replaceAll('\r\n', '\n')
  const { signatures } = await explained(glued)
  expect(signatures[0]!.explanations).toMatchObject([{ code: 'line-ends-changed', certainty: 'proven' }])
  const other = await explained(glued.replace('minutes', 'minuted'))
  expect(other.signatures[0]!.explanations.filter(({ certainty }) => certainty === 'proven')).toEqual([])
})

it('a copy that was damaged by saving it has no advice for a list or a signer', async () => {
  const message = await signed(PLAIN)
  const { signatures } = await explained(`${message.length}\r\n${message}<?xml version="1.0"?>\r\n<plist></plist>\r\n`)
  expect(signatures[0]!.explanations).toMatchObject([{ code: 'body-appended', certainty: 'proven' }])
  expect(signatures[0]!.explanations[0]!.advice).toContain('.emlx')
  expect(signatures[0]!.explanations[0]!.advice).not.toContain('list owner')
})

it.each([
  ['body-inserted', 'a byte order mark', '\xef\xbb\xbf'],
  ['blank-lines-changed', 'a blank line', '\r\n'],
])('%s: %s in front of base64 is not called re-wrapped', async (code, _, text) => {
  const header = PLAIN.slice(0, PLAIN.indexOf('\r\n\r\n') + 4).replace('8bit', 'base64')
  const message = await signed(`${header}${Buffer.from('Hello all '.repeat(20)).toString('base64').slice(0, 76)}\r\n`)
  const end = message.indexOf('\r\n\r\n') + 4
  expect(codesOf(await explained(message.slice(0, end) + text + message.slice(end)))).toEqual([`${code} proven`])
})

it('quotes taken off a name are a respelling, not a From rewritten for DMARC', async () => {
  const sent = PLAIN.replace('Subject:', 'Reply-To: "Ann Author" <ann@example.com>\r\nSubject:')
  const message = await signed(sent)
  const outcome = await explained(message.replace('From: "Ann Author"', 'From: Ann Author'))
  expect(codesOf(outcome)).toEqual(['address-reformatted proven'])
})
