import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ByteSource, memorySource } from '../../../src/commands/io/byte-source.js'
import { isFromLine, isMbox, mboxRanges, messageRanges, unquoteFrom } from '../../../src/commands/mail/mbox.js'

const FROM = 'From alice@example.com Thu Jan  1 12:00:00 2026'

/** A source that hands out pieces of the given size, as a file longer than a piece does. */
function source(text: string, size = text.length): ByteSource {
  const bytes = Buffer.from(text, 'latin1')
  return {
    ...memorySource(bytes),
    *pieces(from = 0, to = bytes.length) {
      for (let start = from; start < to; start += size) yield bytes.subarray(start, Math.min(start + size, to))
    },
  }
}

function split(text: string, size?: number): string[] {
  return [...mboxRanges(source(text, size))].map(({ start, end }) => text.slice(start, end))
}

/** The same over lines of text. */
function oracle(text: string): string[] {
  const lines = text.split(/(?<=\n)/)
  const isBlank = (line: string | undefined) => line === '\n' || line === '\r\n'
  const messages: string[][] = []
  lines.forEach((line, index) => {
    const isBoundary = isFromLine(line.replace(/\r?\n$/, '')) && (index === 0 || isBlank(lines[index - 1]))
    if (!isBoundary) messages.at(-1)?.push(line)
    else {
      if (index > 0 && messages.length > 0) messages.at(-1)!.pop()
      messages.push([])
    }
  })
  // The blank line behind the last message belongs to the format as well.
  if (isBlank(messages.at(-1)?.at(-1))) messages.at(-1)!.pop()
  return messages.map(message => message.join(''))
}

describe('From_ line', () => {
  it.each([
    FROM,
    'From - Wed Dec 31 23:59:59 2025',
    'From MAILER-DAEMON Fri Jul  8 12:08:34 2011',
    'From 1234567890@xxx Wed Jan 01 12:00:00 +0000 2020',
    'From bob at example.com  Thu Jan 15 08:00:00 2015',
    'From a@b Wed Jan 1 12:00 EST 2020',
    `From ${'a'.repeat(970)} Thu Jan  1 12:00:00 2026`,
    'From "a b"@example.com Wed Jan 1 12:00:00 2020 remote from host',
  ])('%s', line => expect(isFromLine(line)).toBe(true))

  it.each([
    'From the start of the line',
    'From Monday to Friday 2020',
    'From: alice@example.com',
    'From : Thu Jan  1 12:00:00 2026',
    '>From alice@example.com Thu Jan  1 12:00:00 2026',
    'From alice@example.com 2026-01-01 12:00:00',
    'from alice@example.com Thu Jan  1 12:00:00 2026',
    ' From alice@example.com Thu Jan  1 12:00:00 2026',
    `From ${'a'.repeat(971)} Thu Jan  1 12:00:00 2026`,
  ])('not: %s', line => expect(isFromLine(line)).toBe(false))
})

describe('mbox', () => {
  it('splits at a blank line and a From_ line, and leaves both out', () => {
    const text = `${FROM}\nSubject: one\n\nbody\n\n${FROM}\nSubject: two\n\nbody\n`
    expect(split(text)).toEqual(['Subject: one\n\nbody\n', 'Subject: two\n\nbody\n'])
    expect(isMbox(Buffer.from(text))).toBe(true)
  })

  it('splits CRLF files', () => {
    const text = `${FROM}\r\nSubject: one\r\n\r\nbody\r\n\r\n${FROM}\r\nSubject: two\r\n\r\nbody\r\n`
    expect(split(text)).toEqual(['Subject: one\r\n\r\nbody\r\n', 'Subject: two\r\n\r\nbody\r\n'])
  })

  it('does not split at a body line that starts with From, nor at a From_ line without a blank line before', () => {
    const body = `body\n\nFrom here on it is text\n${FROM}\nmore\n`
    expect(split(`${FROM}\nSubject: one\n\n${body}`)).toEqual([`Subject: one\n\n${body}`])
  })

  it('keeps an empty message as one', () => {
    expect(split(`${FROM}\n\n${FROM}\nA: b\n`)).toEqual(['', 'A: b\n'])
    expect(split(FROM)).toEqual([''])
  })

  it('finds no message where the first line is no From_ line', () => {
    expect(split('Subject: x\n\nbody\n')).toEqual([])
    expect(isMbox(Buffer.from('Subject: x\n\n'))).toBe(false)
    expect(isMbox(Buffer.alloc(0))).toBe(false)
  })

  it('agrees with the oracle, whatever the pieces', () => {
    const line = fc.constantFrom(FROM, '', 'From x', 'text', 'A: b', '>From y', 'From ', 'x'.repeat(999))
    const lines = fc.array(fc.tuple(line, fc.constantFrom('\n', '\n', '\r\n')), { maxLength: 40 })
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 3000 }), fc.boolean(), (content, size, open) => {
        const all = content.map(([text, end]) => text + end).join('')
        const text = `${FROM}\n${open ? all.replace(/\r?\n$/, '') : all}`
        expect(split(text, size)).toEqual(oracle(text))
        expect(split(text)).toEqual(oracle(text))
      }),
      { numRuns: 500 },
    )
  })
})

describe('>From quoting', () => {
  const unquote = (text: string, size = text.length || 1): string => {
    const pieces = source(text, size).pieces()
    return Buffer.concat([...unquoteFrom(pieces)]).toString('latin1')
  }

  it('takes one > off', () => {
    expect(unquote('A: b\n\n>From x\n>>From y\n> From z\n>Fro\nx >From\xff\n')).toBe(
      'A: b\n\nFrom x\n>From y\n> From z\n>Fro\nx >From\xff\n',
    )
  })

  it('does the same for every chunking', () => {
    const piece = fc.constantFrom('\n', '>', 'From ', 'F', 'r', 'om ', 'text\n', '\n>From ', '\xe9')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (pieces, size) => {
        const text = pieces.join('')
        expect(unquote(text, size)).toBe(text.replace(/\n>(>*From )/g, '\n$1'))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('mbox with Content-Length', () => {
  const message = (name: string, body: string, length: number | string = body.length, end = '\n') =>
    `${FROM}${end}Subject: ${name}${end}Content-Length: ${length}${end}${end}${body}${end}`
  const fake = `text\n\n${FROM}\nSubject: fake\n\nend\n`
  const names = (text: string, size?: number) =>
    [...messageRanges(source(text, size))].map(({ number, start, end, torn }) => {
      const message = text.slice(start, end)
      return `${number} ${/Subject: (.*)/.exec(message)![1]} ${message.length}${torn ? ' torn' : ''}`
    })
  const head = (name: string, length: number | string) => `Subject: ${name}\nContent-Length: ${length}\n\n`.length
  const [one, two] = [message('one', 'body\n'), message('two', fake)]
  const first = `1 one ${head('one', 5) + 5}`
  const second = `2 two ${head('two', fake.length) + fake.length}`

  it('is not cut where a From_ line stands in a body, however it is read', () => {
    for (const size of [undefined, 1, 7, 100]) {
      expect(names(one + two + one, size)).toEqual([first, second, first.replace('1 ', '3 ')])
    }
    expect(names(two)).toEqual([second.replace('2 ', '1 ')])
    const crlf = (text: string) => text.replaceAll('\n', '\r\n')
    const body = crlf(fake)
    const found = names(message('two', body, body.length, '\r\n') + message('one', 'body\r\n', 6, '\r\n'))
    expect(found.map(line => line.replace(/\d+$/, ''))).toEqual(['1 two ', '2 one '])
  })

  it('counts the blank line in, or not', () => {
    expect(names(message('one', 'body\n', 6) + two)).toEqual([first, second])
  })

  it.each<[string, string]>([
    ['the first message has none', `${FROM}\nSubject: one\n\nbody\n\n${two}`],
    ['that of the first message is wrong', message('one', 'body\n', 3) + two],
    ['there are two', one + two.replace('Content-', 'Content-Length: 1\nContent-')],
    ['it ends in the middle of a body', one + message('two', fake, fake.length - 1)],
    ['it ends behind the file', one + message('two', fake, 10_000) + one],
  ])('is not believed where %s', (_, text) => {
    expect(names(text).map(line => line.split(' ')[1])).toEqual([
      'one',
      'two',
      'fake',
      ...(text.endsWith(one) ? ['one'] : []),
    ])
  })

  it('of one message hides none that have none', () => {
    const plain = `${FROM}\nSubject: plain\n\nbody\n\n`
    const hiding = message('evil', `x\n\n${plain}`.slice(0, -1))
    expect(names(one + hiding + plain).map(line => line.split(' ')[1])).toEqual(['one', 'evil', 'plain', 'plain'])
    expect(names(hiding + plain).map(line => line.split(' ')[1])).toEqual(['evil', 'plain', 'plain'])
    expect(names(one + hiding).map(line => line.split(' ')[1])).toEqual(['one', 'evil'])
  })

  it('is cut off where the last message is longer than the file', () => {
    expect(names(one + message('two', 'body\n', 6000)).at(-1)).toMatch(/^2 two \d+ torn$/)
    expect(names(one + message('two', 'body\n', 7)).at(-1)).not.toMatch(/torn/)
  })
})

describe('the end of a file', () => {
  it('is that of its last message where a line ends there', () => {
    const torn = (text: string) => [...messageRanges(source(`${FROM}\n${text}`))].map(range => range.torn)
    expect(torn('A: 1\n')).toEqual([false])
    expect(torn('A: 1\n\nbody\n\n')).toEqual([false])
    expect(torn('A: 1')).toEqual([true])
    expect(torn(`A: 1\n\nbody\n\n${FROM}\nA: 2\n\nbo`)).toEqual([false, true])
  })
})
