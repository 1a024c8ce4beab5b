// Nothing false is ever called proven: random edits, in body and header, that no hypothesis can undo; and messages that nobody touched.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codesOf, explained, signed } from './case.js'
import { MULTIPART, PLAIN } from './messages.js'

const LETTER = 'abcdefghijklmnopqrstuvwxyz'

/** One letter of the text made another: no way of the world does that, so nothing can undo it. */
function misspelled(text: string, place: number, shift: number): string {
  const letters = [...text.matchAll(/[a-z]/g)]
  const { index } = letters[place % letters.length]!
  const letter = LETTER[(LETTER.indexOf(text[index]!) + 1 + (shift % 25)) % 26]!
  return text.slice(0, index) + letter + text.slice(index + 1)
}

describe.each([
  ['plain', PLAIN],
  ['multipart', MULTIPART],
])('%s', (_, message) => {
  it('an unchanged message has nothing to explain', async () => {
    for (const type of ['rsa', 'ed25519'] as const) {
      const [signature] = (await explained(await signed(message, { type }))).signatures
      expect(signature).toMatchObject({ result: 'pass', diagnosis: 'intact', explanations: [], hypothesesTried: 0 })
    }
  })

  it('a misspelled body stays unexplained', async () => {
    const original = await signed(message)
    const end = original.indexOf('\r\n\r\n') + 4
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (place, shift) => {
        const body = original.slice(end)
        // The hex of quoted-printable is the only text that a hypothesis may write anew.
        const changed = misspelled(body, place, shift)
        const outcome = await explained(original.slice(0, end) + changed, { hypotheses: 3000 })
        expect(codesOf(outcome).filter(code => code.endsWith('proven'))).toEqual([])
        expect(outcome.signatures[0]!.diagnosis).toBe('body-changed')
        expect(outcome.signatures[0]!.hypothesesTried).toBeGreaterThan(0)
      }),
      { numRuns: 12 },
    )
  })

  it('a misspelled Subject stays unexplained', async () => {
    const original = await signed(message)
    const start = original.indexOf('Subject: ') + 9
    const end = original.indexOf('\r\n', start)
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (place, shift) => {
        const subject = original.slice(start, end)
        const encoded = subject.indexOf('=?') === -1 ? 0 : 10
        const changed = subject.slice(0, encoded) + misspelled(subject.slice(encoded), place, shift)
        const outcome = await explained(original.slice(0, start) + changed + original.slice(end), {
          hypotheses: 20_000,
        })
        expect(codesOf(outcome)).toEqual([])
        expect(outcome.signatures[0]!.diagnosis).toBe('header-changed')
      }),
      { numRuns: 8 },
    )
  })
})

it('every proof holds: with the footer taken off, the message verifies', async () => {
  const original = await signed(PLAIN)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.stringMatching(/^[ -~]{1,40}$/), { minLength: 1, maxLength: 5 }), async lines => {
      const footer = lines.map(line => `x${line}\r\n`).join('')
      const [signature] = (await explained(original + footer)).signatures
      const found = signature!.explanations[0]!
      expect(found).toMatchObject({ code: 'body-appended', certainty: 'proven', caveat: null })
      const end = original.indexOf('\r\n\r\n') + 4
      const kept = (original + footer)
        .slice(end)
        .split('\r\n')
        .slice(0, found.lines![0] - 1)
      const [again] = (await explained(`${original.slice(0, end)}${kept.join('\r\n')}\r\n`)).signatures
      expect(again!.result).toBe('pass')
    }),
    { numRuns: 20 },
  )
})
