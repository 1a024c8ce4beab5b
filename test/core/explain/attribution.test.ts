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
