import { describe, expect, it } from 'vitest'
import { attachedMessages } from '../../../src/core/mail/attached-messages.js'
import { damageOf } from '../../../src/core/mail/damaged-copy.js'

const INNER = 'DKIM-Signature: v=1; d=example.com\r\nFrom: a@example.com\r\n\r\nHi\r\n'

describe('attached messages', () => {
  it('are found in a multipart, with prefixes of the boundary in the text', () => {
    const text = `Content-Type: multipart/mixed; boundary=ab\r\n\r\n--ab\r\n\r\n--abc\r\ntext\r\n--ab\r\nContent-Type: message/rfc822\r\n\r\n${INNER}--ab--\r\n`
    const [found, ...more] = attachedMessages(text)
    expect(more).toEqual([])
    expect(found).toMatchObject({ part: '2', signed: true, encoding: '7bit' })
    expect(`${text.slice(found!.start, found!.end)}\r\n`).toBe(INNER)
  })

  it('are found in base64, and an unsigned one is not called signed', () => {
    const head = 'Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    expect(attachedMessages(head + Buffer.from(INNER).toString('base64'))).toMatchObject([{ part: '1', signed: true }])
    expect(attachedMessages('Content-Type: message/rfc822\r\n\r\nFrom: a@example.com\r\n\r\nHi')).toMatchObject([
      { signed: false },
    ])
  })

  it('ends at the limits of depth and number', () => {
    expect(attachedMessages('Content-Type: message/rfc822\r\n\r\n'.repeat(10_000)).length).toBe(9)
    const many = `Content-Type: multipart/digest; boundary=b\r\n\r\n${`--b\r\n\r\n${INNER}`.repeat(300)}`
    expect(attachedMessages(many).length).toBe(200)
  })
})

describe('a damaged copy', () => {
  it.each([
    ['blank line', `\r\n${INNER}`],
    ['indent', INNER.replace(/^/gm, '  ')],
    ['quote marks', INNER.replace(/^/gm, '> ')],
    ['CR CR LF', INNER.replaceAll('\r\n', '\r\r\n')],
    ['.emlx', `64\n${INNER}`],
    ['indent', INNER.replace('; d=', ';\r\nd=')],
  ])('is recognised: %s', (word, text) => {
    expect(damageOf(text)).toContain(word)
  })

  it('is not seen in a message as it was sent, folded or not', () => {
    expect(damageOf(INNER)).toBeNull()
    expect(damageOf(INNER.replace('; d=', ';\r\n d='))).toBeNull()
  })
})
