import { describe, expect, it } from 'vitest'
import { attachedMessages, searchAttachedMessages } from '../../../src/core/mail/attached-messages.js'
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

  it('are found inside encoded ones, and their range is that of the encoded content', () => {
    const outer = `From: b@example.org\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n${INNER}\r\n--x--\r\n`
    const base64 = Buffer.from(outer).toString('base64')
    const head = 'Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    const range = { start: head.length, end: head.length + base64.length, encoding: 'base64' }
    expect(attachedMessages(head + base64)).toEqual([
      { part: '1', signed: false, ...range },
      { part: '1.1', signed: true, ...range },
    ])
    const quoted = outer.replace(/=/g, '=3D').replace('DKIM-Sig', '=44KIM-=\nSig')
    const found = attachedMessages(head.replace('base64', 'quoted-printable') + quoted)
    expect(found).toMatchObject([{ signed: false }, { part: '1.1', signed: true, encoding: 'quoted-printable' }])
  })

  it('ends at the limits of depth and number, and says so', () => {
    const nested = (depth: number) => searchAttachedMessages('Content-Type: message/rfc822\r\n\r\n'.repeat(depth))
    expect([nested(8).complete, nested(9).complete]).toEqual([true, false])
    const digest = (count: number) =>
      searchAttachedMessages(
        `Content-Type: multipart/digest; boundary=b\r\n\r\n${`--b\r\n\r\n${INNER}`.repeat(count)}--b--\r\n`,
      )
    expect([digest(200).complete, digest(201).complete]).toEqual([true, false])
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
