// Reading DNS messages: whatever the octets are, the walk ends soon, with a message or a reason.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeMessage, encodeQuery, fitOf } from '../../../src/core/dns/message.js'
import { MalformedMessage } from '../../../src/core/dns/message-name.js'
import { absoluteName, labelText, nameLabels, parentName } from '../../../src/core/dns/name.js'
import { isOlderSerial } from '../../../src/core/lookup/servers.js'
import { ASKED, cname, name, readQuery, record, reply, soa, TYPE, txt, u16 } from '../../support/wire.js'

const question = { name: 'sel._domainkey.legit.test', type: 'TXT', recursion: true, edns: true } as const

function decodes(bytes: Buffer): boolean {
  try {
    decodeMessage(bytes)
    return true
  } catch (error) {
    if (error instanceof MalformedMessage) return false
    throw error
  }
}

describe('a query', () => {
  it('is what the wire format says, octet by octet', async () => {
    const bytes = await encodeQuery(question, 0x1234)
    const header = '1234' + '0120' + '0001' + '0000' + '0000' + '0001'
    const opt = '00' + '0029' + '04d0' + '00000000' + '0000'
    expect(bytes.toString('hex')).toBe(`${header}${name(question.name).toString('hex')}00100001${opt}`)
  })

  it('without recursion and EDNS', async () => {
    const bytes = await encodeQuery({ ...question, recursion: false, edns: false }, 1)
    expect(bytes.subarray(0, 12).toString('hex')).toBe('000100200001000000000000')
    expect(readQuery(bytes, 'udp')).toMatchObject({ name: question.name, payload: null })
  })
})

describe('names', () => {
  it('a dot inside a label is no separator, and letters of any case are one name', () => {
    expect(labelText(Buffer.from('a.b'))).toBe('a\\046b')
    expect(labelText(Buffer.from('A-Z_0'))).toBe('a-z_0')
    expect(nameLabels('a\\046b.test')?.map(String)).toEqual(['a.b', 'test'])
    expect(parentName('a\\.b.test')).toBe('test')
    expect(parentName('test')).toBe('')
    expect(parentName('')).toBeUndefined()
  })

  it('any label survives the way to text and back', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 6 }), labels => {
        const lower = labels.map(label =>
          Buffer.from(label.map(octet => (octet >= 65 && octet <= 90 ? octet + 32 : octet))),
        )
        const text = lower.map(labelText).join('.')
        expect(nameLabels(text)).toEqual(lower)
        expect(absoluteName(`${text}.`, '')).toBe(text)
      }),
    )
  })

  it('serial numbers wrap around (RFC 1982)', () => {
    expect(isOlderSerial(1, 2)).toBe(true)
    expect(isOlderSerial(2, 1)).toBe(false)
    expect(isOlderSerial(7, 7)).toBe(false)
    expect(isOlderSerial(2 ** 32 - 1, 0)).toBe(true)
    expect(isOlderSerial(0, 2 ** 32 - 1)).toBe(false)
  })
})

describe('an answer', async () => {
  const query = readQuery(await encodeQuery(question, 7), 'udp')
  const good = reply(query, {
    answers: [
      cname(ASKED, 'k.test'),
      txt('k.test', 'v=DKIM1; p=AB', 'CD'),
      record('a.test', TYPE.AAAA, Buffer.alloc(16, 1)),
    ],
    authorities: [soa('test'), record('test', TYPE.NS, name('ns.test'))],
    additionals: [record('', TYPE.OPT, Buffer.alloc(0), { rrclass: 1232, ttl: 0 })],
  })

  it('reads every section', () => {
    const message = decodeMessage(good)
    expect(message.answers.map(({ data }) => data.type)).toEqual(['CNAME', 'TXT', 'AAAA'])
    expect(message.answers[2]!.data).toEqual({ type: 'AAAA', address: '101:101:101:101:101:101:101:101' })
    expect(message.authorities.map(({ data }) => data.type)).toEqual(['SOA', 'NS'])
    expect(fitOf(good, query.bytes)).toBe('answer')
  })

  it('cut anywhere, it is no message', () => {
    for (let length = 0; length < good.length; length += 1) expect(decodes(good.subarray(0, length))).toBe(false)
  })

  it('with any octet changed, it is read or refused, quickly', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }), changes => {
        const bytes = Buffer.from(good)
        for (const [index, octet] of changes) bytes[index] = octet
        decodes(bytes)
      }),
      { numRuns: 3000 },
    )
  })

  it('of random octets behind a plausible header, the same', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(6), (rest, count) => {
        decodes(Buffer.concat([u16(7), u16(0x8180), u16(1), u16(count), u16(0), u16(0), rest]))
      }),
      { numRuns: 2000 },
    )
  })

  it('of 256 records at most, and the pointers of all names together', () => {
    const many = (count: number): Buffer =>
      reply(query, { answers: Array.from({ length: count }, () => record(ASKED, 1, Buffer.alloc(4))) })
    expect([decodes(many(256)), decodes(many(257))]).toEqual([true, false])
    // Each name goes through as many pointers as there are labels before it: quadratic without a limit.
    const chained = (depth: number): Buffer => {
      const pieces: Buffer[] = []
      let at = 12 + query.question.length
      let previous = 12
      for (let index = 0; index < depth; index += 1) {
        const piece = record(Buffer.concat([Buffer.of(1, 97), u16(0xc000 | previous)]), 1, Buffer.alloc(4))
        pieces.push(piece)
        previous = at
        at += piece.length
      }
      return reply(query, { answers: pieces })
    }
    expect([decodes(chained(31)), decodes(chained(33))]).toEqual([true, false])
  })
})
