// The live client against a server that sends raw octets: what each answer is taken for, and how many queries it costs.
import { afterEach, describe, expect, it } from 'vitest'
import { type ClientOptions, createClient, type DnsClient } from '../../../src/core/dns/client.js'
import type { TxtAnswer } from '../../../src/core/dns/resolver.js'
import { LIMITS } from '../../../src/core/limits.js'
import { type Handler, type RawDnsServer, startRawDnsServer } from '../../support/raw-dns-server.js'
import {
  ASKED,
  cname,
  FLAG,
  name,
  type Query,
  record,
  reply,
  soa,
  strings,
  TYPE,
  txt,
  u16,
} from '../../support/wire.js'

const NAME = 'sel._domainkey.legit.test'
const KEY = 'v=DKIM1; k=rsa; p=AB'
/** For tests that count questions: a busy machine must not repeat one. */
const PATIENT: ClientOptions = { timeout: 10_000, attemptTimeout: 5000 }

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(server => server.close()))
})

async function serve(handler: Handler, address?: string): Promise<RawDnsServer> {
  const server = await startRawDnsServer(handler, address)
  open.push(server)
  return server
}

function clientOf(servers: readonly RawDnsServer[], options: ClientOptions = {}): DnsClient {
  return createClient({ nameservers: servers.map(({ text }) => text), timeout: 550, attemptTimeout: 200, ...options })
}

/** One question to a server of its own: such tests may run beside each other. */
async function ask(handler: Handler, options?: ClientOptions): Promise<{ answer: TxtAnswer; queries: Query[] }> {
  const server = await startRawDnsServer(handler)
  try {
    return { answer: await clientOf([server], options).txt(NAME), queries: server.queries }
  } finally {
    await server.close()
  }
}

const texts = (answer: TxtAnswer): string[] => answer.records.map(({ data }) => Buffer.from(data).toString('latin1'))
const good: Handler = query => reply(query, { answers: [txt(ASKED, KEY)] })

/** SERVFAIL with these extended errors (RFC 8914 §2). */
function servfail(query: Query, ...codes: number[]): Buffer {
  const options = Buffer.concat(codes.map(code => Buffer.from([0, 15, 0, 2, 0, code])))
  return reply(query, { rcode: 2, additionals: [record('', TYPE.OPT, options, { rrclass: 1232, ttl: 0 })] })
}

const ownerAt = (link: number): string => (link === 0 ? NAME : `c${link}.test`)

/** So many aliases and the key at their end, in one answer. */
const aliases =
  (count: number): Handler =>
  query => {
    const links = Array.from({ length: count }, (_, link) => cname(ownerAt(link), ownerAt(link + 1)))
    return reply(query, { answers: [...links, txt(ownerAt(count), KEY)] })
  }

/** The same, one alias in each answer. */
const aliasesOneByOne =
  (count: number): Handler =>
  query => {
    const link = query.name === NAME ? 0 : Number(/^c(\d+)/.exec(query.name)![1])
    return reply(query, { answers: [link === count ? txt(ASKED, KEY) : cname(ASKED, ownerAt(link + 1))] })
  }

describe('a query', () => {
  it('is a random id, RD, EDNS 1232, from a fresh port, for the absolute name', async () => {
    const ports = new Set<number>()
    const server = await serve(good)
    server.onUdp = (socket, peer, query) => {
      ports.add(peer.port)
      socket.send(good(query, 1) as Buffer, peer.port, peer.address)
    }
    for (let index = 0; index < 20; index += 1) await clientOf([server], PATIENT).txt(NAME)
    expect(
      server.queries.map(({ name, payload, type, flags }) => ({ name, payload, type, rd: flags & FLAG.RD })),
    ).toEqual(Array.from({ length: 20 }, () => ({ name: NAME, payload: 1232, type: TYPE.TXT, rd: FLAG.RD })))
    expect(new Set(server.queries.map(({ id }) => id)).size).toBeGreaterThan(15)
    expect(ports.size).toBeGreaterThan(15)
  })

  it('goes over IPv6', async () => {
    const server = await serve(good, '::1')
    expect(texts(await clientOf([server]).txt(NAME))).toEqual([KEY])
  })

  it('asks an authoritative server without RD and does not leave it', async () => {
    const server = await serve(query => reply(query, { answers: [cname(ASKED, 'k.vendor.test')] }))
    const answer = await clientOf([server], { recursion: false }).txt(NAME)
    expect(answer).toMatchObject({ status: 'nodata', chain: [{ target: 'k.vendor.test' }] })
    expect(server.queries.map(({ flags }) => flags & FLAG.RD)).toEqual([0])
  })

  it('comes again without EDNS where the server does not know it', async () => {
    for (const rcode of [1, 4]) {
      const { answer, queries } = await ask(query =>
        query.payload === null ? good(query, 1) : reply(query, { rcode }).subarray(0, 12).fill(0, 4, 6),
      )
      expect([answer.status, queries.length]).toEqual(['found', 2])
    }
  })
})

describe('names that never reach the wire', () => {
  it.each([
    ['D-01', 'sel._domainkey.attack.test.\0.any._domainkey.legit.test'],
    ['D-02', 'a\\.b._domainkey.legit.test'],
    ['D-02', 'a\\046b._domainkey.legit.test'],
    ['D-03', 'a\u200db._domainkey.legit.test'],
    ['D-03', 'a._domainkey.legit\u3002test'],
    ['D-03', ''],
    ['D-03', '.'],
    ['T-03', 'a._domainkey.legit.test(.attack.test'],
    ['T-03', "a._domainkey.legit.test'a.attack.test"],
    ['T-03', 'a b._domainkey.legit.test'],
    ['', 'a..b._domainkey.legit.test'],
    ['', `${'a'.repeat(64)}._domainkey.legit.test`],
    ['', `${'a.'.repeat(120)}_domainkey.legit.test`],
    ['', 'internal.host.test'],
    ['', '_domainkey.legit.test'],
    ['', 'a._domainkey.'],
  ])('%s %j', async (_row, asked) => {
    const server = await serve(good)
    expect(await clientOf([server]).txt(asked)).toMatchObject({ status: 'nxdomain', name: asked })
    expect(server.queries).toHaveLength(0)
  })
})

describe('what an answer is taken for', () => {
  const target = 'k.vendor.test'
  const table: [string, Handler, Partial<TxtAnswer>, number][] = [
    ['the key', good, { status: 'found' }, 1],
    [
      'D-04 records of another owner',
      query => reply(query, { answers: [txt('unrelated.test', KEY)] }),
      { status: 'malformed' },
      2,
    ],
    [
      'D-04 records of another owner beside the right one',
      query => reply(query, { answers: [txt('unrelated.test', 'bad'), txt(ASKED, KEY)] }),
      { status: 'found' },
      1,
    ],
    [
      'D-04 class CH',
      query => reply(query, { answers: [record(ASKED, 16, strings(KEY), { rrclass: 3 })] }),
      { status: 'nodata' },
      1,
    ],
    [
      'D-05 alias with its target',
      query => reply(query, { answers: [cname(ASKED, target), txt(target, KEY)] }),
      { status: 'found', chain: [{ name: NAME, type: 'CNAME', target, ttl: 300 }] },
      1,
    ],
    [
      'D-05 alias in reverse order',
      query => reply(query, { answers: [txt(target, KEY), cname(ASKED, target)] }),
      { status: 'found' },
      1,
    ],
    [
      'D-05 alias loop',
      query =>
        reply(query, { answers: [cname(ASKED, 'a.test'), cname('a.test', 'b.test'), cname('b.test', 'a.test')] }),
      { status: 'cname-loop', records: [] },
      1,
    ],
    ['D-05 alias to itself', query => reply(query, { answers: [cname(ASKED, NAME)] }), { status: 'cname-loop' }, 1],
    ['D-05 64 aliases in one answer', aliases(LIMITS.aliases), { status: 'found' }, 1],
    [
      'D-05 65 aliases: what is at their end is unknown, not missing',
      aliases(LIMITS.aliases + 1),
      { status: 'malformed', records: [] },
      // A server whose answer cannot be used is asked once more.
      2,
    ],
    ['D-05 8 aliases that take a question each', aliasesOneByOne(LIMITS.cnameHops), { status: 'found' }, 9],
    [
      'D-05 9 aliases that take a question each',
      aliasesOneByOne(LIMITS.cnameHops + 1),
      { status: 'malformed', records: [] },
      9,
    ],
    [
      'D-05 alias to a name that does not exist',
      query => reply(query, { rcode: 3, answers: [cname(ASKED, target)], authorities: [soa('vendor.test')] }),
      { status: 'nxdomain', negativeTtl: 60 },
      1,
    ],
    [
      'D-05 alias without its target, whose name is then asked for',
      query =>
        query.name === NAME
          ? reply(query, { answers: [cname(ASKED, target)] })
          : reply(query, { answers: [txt(ASKED, KEY)] }),
      { status: 'found', chain: [{ name: NAME, type: 'CNAME', target, ttl: 300 }] },
      2,
    ],
    [
      'D-05 alias loop over several answers',
      query => reply(query, { answers: [cname(ASKED, query.name === NAME ? target : NAME)] }),
      { status: 'cname-loop' },
      2,
    ],
    [
      'D-05 endless chain over several answers',
      (query, count) => reply(query, { answers: [cname(ASKED, `c${count}.test`)] }),
      { status: 'malformed' },
      9,
    ],
    [
      'D-05 alias beside the text',
      query => reply(query, { answers: [cname(ASKED, target), txt(ASKED, KEY)] }),
      { status: 'found', chain: [], besideAlias: true },
      1,
    ],
    [
      'D-05 two aliases at one name',
      query => reply(query, { answers: [cname(ASKED, 'a.test'), cname(ASKED, 'b.test'), txt('a.test', KEY)] }),
      { status: 'malformed' },
      2,
    ],
    [
      'D-05 alias to a name that may not be asked for',
      query => reply(query, { answers: [cname(ASKED, 'a b.test')] }),
      { status: 'malformed' },
      1,
    ],
    [
      'D-06 DNAME, CNAME, TXT, RRSIG and OPT mixed',
      query =>
        reply(query, {
          answers: [
            record('_domainkey.legit.test', TYPE.DNAME, name('dk.vendor.test')),
            cname(ASKED, 'sel.dk.vendor.test'),
            record(ASKED, TYPE.RRSIG, Buffer.alloc(40)),
            txt('sel.dk.vendor.test', KEY),
          ],
          additionals: [record('', TYPE.OPT, Buffer.alloc(0), { rrclass: 1232, ttl: 0 })],
        }),
      { status: 'found', chain: [{ name: NAME, type: 'DNAME', target: 'sel.dk.vendor.test', ttl: 300 }] },
      1,
    ],
    [
      'D-06 DNAME whose CNAME leads elsewhere',
      query =>
        reply(query, {
          answers: [
            record('_domainkey.legit.test', TYPE.DNAME, name('dk.vendor.test')),
            cname(ASKED, 'sel.dk.attack.test'),
            txt('sel.dk.attack.test', KEY),
          ],
        }),
      { status: 'malformed' },
      2,
    ],
    [
      'D-07 two records are never joined',
      query => reply(query, { answers: [txt(ASKED, 'v=spf1 -all'), txt(ASKED, KEY)] }),
      { status: 'found' },
      1,
    ],
    [
      'D-07 16 records',
      query => reply(query, { answers: Array.from({ length: 16 }, () => txt(ASKED, KEY)) }),
      { status: 'found' },
      1,
    ],
    [
      'D-10 zero length data',
      query => reply(query, { answers: [record(ASKED, 16, Buffer.alloc(0))] }),
      { status: 'malformed' },
      2,
    ],
    [
      'D-10 string past its record',
      query => reply(query, { answers: [record(ASKED, 16, Buffer.of(9, 65))] }),
      { status: 'malformed' },
      2,
    ],
    [
      'D-10 string into the next record',
      query => reply(query, { answers: [record(ASKED, 16, Buffer.of(200, 65)), txt(ASKED, KEY.repeat(20))] }),
      { status: 'malformed' },
      2,
    ],
    [
      'D-10 data past the message',
      query => reply(query, { answers: [record(ASKED, 16, strings(KEY), { length: 500 })] }),
      { status: 'malformed' },
      2,
    ],
    [
      'D-10 cut inside a record',
      query => reply(query, { answers: [txt(ASKED, KEY)] }).subarray(0, -3),
      { status: 'malformed' },
      2,
    ],
    [
      'D-10 more records promised',
      query => reply(query, { answers: [txt(ASKED, KEY)], count: 2 }),
      { status: 'malformed' },
      2,
    ],
    ['D-10 65535 records promised', query => reply(query, { count: 65535 }), { status: 'malformed' }, 2],
    [
      'D-10 octets behind the end',
      query => Buffer.concat([reply(query, { answers: [txt(ASKED, KEY)] }), u16(0)]),
      { status: 'malformed' },
      2,
    ],
    [
      'D-10 pointer to itself',
      query => {
        const at = 12 + query.question.length
        return reply(query, { answers: [txt(u16(0xc000 | at), KEY)] })
      },
      { status: 'malformed' },
      2,
    ],
    [
      'D-10 pointer forwards',
      query => reply(query, { answers: [txt(u16(0xc000 | (14 + query.question.length)), KEY)] }),
      { status: 'malformed' },
      2,
    ],
    [
      'D-10 pointers in a circle',
      query => {
        const at = 12 + query.question.length
        return reply(query, { answers: [txt(Buffer.concat([Buffer.of(1, 97), u16(0xc000 | at)]), KEY)] })
      },
      { status: 'malformed' },
      2,
    ],
    [
      'D-10 label of an unknown kind',
      query => reply(query, { answers: [txt(Buffer.of(0x41, 1, 0), KEY)] }),
      { status: 'malformed' },
      2,
    ],
    [
      'D-10 name over 255 octets',
      query =>
        reply(query, {
          answers: [
            txt(
              Buffer.concat([...Array.from({ length: 5 }, () => Buffer.from(`\x3f${'a'.repeat(63)}`)), Buffer.of(0)]),
              KEY,
            ),
          ],
        }),
      { status: 'malformed' },
      2,
    ],
    [
      'D-10 a dot inside a label is no separator',
      query => reply(query, { answers: [txt(Buffer.from('\x0esel._domainkey\x0alegit.test\0', 'latin1'), KEY)] }),
      { status: 'malformed' },
      2,
    ],
    [
      'D-10 wrong id',
      query => reply(query, { id: query.id ^ 1, answers: [txt(ASKED, KEY)] }),
      { status: 'timeout' },
      3,
    ],
    ['D-10 QR=0', query => reply(query, { rawFlags: FLAG.RD, answers: [txt(ASKED, KEY)] }), { status: 'timeout' }, 3],
    [
      'D-10 opcode',
      query => reply(query, { rawFlags: FLAG.QR | (5 << 11), answers: [txt(ASKED, KEY)] }),
      { status: 'timeout' },
      3,
    ],
    [
      'D-10 wrong question name',
      query =>
        reply(query, {
          question: Buffer.concat([name('sel._domainkey.legit.tesu'), u16(16), u16(1)]),
          answers: [txt(ASKED, KEY)],
        }),
      { status: 'timeout' },
      3,
    ],
    [
      'D-10 wrong question type',
      query => reply(query, { question: Buffer.concat([name(NAME), u16(1), u16(1)]), answers: [txt(NAME, KEY)] }),
      { status: 'timeout' },
      3,
    ],
    [
      'D-10 no question',
      query => reply(query, { questions: 0, question: Buffer.alloc(0), answers: [txt(NAME, KEY)] }),
      { status: 'timeout' },
      3,
    ],
    ['D-10 empty datagram', () => Buffer.alloc(0), { status: 'timeout' }, 3],
    ['D-10 11 octets', query => reply(query).subarray(0, 11), { status: 'timeout' }, 3],
    [
      'D-10 two OPT records',
      query =>
        reply(query, {
          answers: [txt(ASKED, KEY)],
          additionals: [1, 2].map(() => record('', TYPE.OPT, Buffer.alloc(0), { ttl: 0 })),
        }),
      { status: 'malformed' },
      2,
    ],
    [
      'D-21 NXDOMAIN with SOA',
      query => reply(query, { rcode: 3, authorities: [soa('legit.test', 60, 30)] }),
      { status: 'nxdomain', negativeTtl: 30 },
      1,
    ],
    ['D-21 NXDOMAIN without SOA', query => reply(query, { rcode: 3 }), { status: 'nxdomain', negativeTtl: null }, 1],
    [
      'D-21 NODATA with SOA',
      query => reply(query, { authorities: [soa('legit.test')] }),
      { status: 'nodata', negativeTtl: 60 },
      1,
    ],
    ['D-21 NODATA without SOA', query => reply(query), { status: 'nodata', negativeTtl: null }, 1],
    ['D-21 SERVFAIL', query => reply(query, { rcode: 2 }), { status: 'servfail' }, 2],
    [
      'D-21 SERVFAIL, and the key with CD=1: the signatures do not validate',
      query => ((query.flags & 0x10) === 0 ? reply(query, { rcode: 2 }) : good(query, 1)),
      { status: 'servfail', bogus: true },
      3,
    ],
    [
      'SERVFAIL that passes, and the key with CD=1: no proof, and the answer counts',
      (query, count) => (count === 1 ? reply(query, { rcode: 2 }) : good(query, 1)),
      { status: 'found' },
      3,
    ],
    [
      'SERVFAIL because a signature has expired (extended error 7)',
      query => ((query.flags & 0x10) === 0 ? servfail(query, 22, 7) : good(query, 1)),
      { status: 'servfail', bogus: true, detail: expect.stringContaining('(Signature Expired)') },
      2,
    ],
    [
      'SERVFAIL for a name that the server blocks (extended error 15)',
      query => ((query.flags & 0x10) === 0 ? servfail(query, 15) : good(query, 1)),
      { status: 'servfail', detail: expect.stringContaining('(Blocked)') },
      2,
    ],
    [
      'SERVFAIL with and without CD=1, whatever the extended error says',
      query => servfail(query, 6),
      { status: 'servfail', detail: 'the server answers SERVFAIL (DNSSEC Bogus)' },
      2,
    ],
    [
      'a lame referral',
      query => reply(query, { rawFlags: FLAG.QR, authorities: [record('legit.test', TYPE.NS, name('ns.legit.test'))] }),
      { status: 'refused' },
      1,
    ],
    [
      'NXDOMAIN in a bare header',
      query => reply(query, { rcode: 3, questions: 0, question: Buffer.alloc(0) }).subarray(0, 12),
      { status: 'malformed' },
      2,
    ],
    [
      'a server that drops EDNS',
      query => (query.payload === null ? good(query, 1) : undefined),
      { status: 'found' },
      2,
    ],
    ['D-21 REFUSED', query => reply(query, { rcode: 5 }), { status: 'refused' }, 1],
    ['D-21 silence', () => undefined, { status: 'timeout' }, 3],
    [
      'D-21 NXDOMAIN with the record',
      query => reply(query, { rcode: 3, answers: [txt(ASKED, KEY)] }),
      { status: 'malformed' },
      2,
    ],
    [
      'D-21 extended RCODE (BADVERS)',
      query =>
        query.payload === null
          ? reply(query, { rcode: 5 })
          : reply(query, {
              additionals: [
                record('', TYPE.OPT, Buffer.from([0, 10, 0, 1, 7, 0, 15, 0, 2, 0, 0]), {
                  rrclass: 1232,
                  ttl: 0x01000000,
                }),
              ],
            }),
      { status: 'refused' },
      2,
    ],
    [
      'D-22 wrong id first, the right one behind it',
      query => [
        reply(query, { id: query.id ^ 1, answers: [txt(ASKED, 'bad')] }),
        reply(query, { answers: [txt(ASKED, KEY)] }),
      ],
      { status: 'found' },
      1,
    ],
    [
      'D-22 98 wrong ids, then the right one',
      query => [
        ...Array.from({ length: 98 }, (_, index) =>
          reply(query, { id: query.id ^ (index + 1), answers: [txt(ASKED, 'bad')] }),
        ),
        good(query, 1) as Buffer,
      ],
      { status: 'found' },
      1,
    ],
    [
      'D-22 100 wrong ids',
      query =>
        Array.from({ length: 100 }, (_, index) =>
          reply(query, { id: query.id ^ (index + 1), answers: [txt(ASKED, 'bad')] }),
        ),
      { status: 'malformed' },
      2,
    ],
  ]
  it.concurrent.each(table)('%s', async (_row, handler, expected, queries) => {
    const seen = await ask(handler, expected.status === 'timeout' ? {} : PATIENT)
    expect(seen.answer).toMatchObject(expected)
    expect(seen.queries).toHaveLength(queries)
    if (expected.status === 'found') expect(texts(seen.answer).at(-1)).toBe(KEY)
    else expect(seen.answer.records).toEqual([])
    expect(seen.answer.bogus).toBe(expected.bogus)
  })

  it('D-11 joins strings as octets, empty ones included', async () => {
    const { answer } = await ask(query =>
      reply(query, {
        answers: [txt(ASKED, 'v=DK', 'IM1; p=', '', Buffer.from([0xe9, 0, 0xff, 0xc3]), Buffer.from([0xa9]))],
      }),
    )
    expect(Buffer.from(answer.records[0]!.data).toString('hex')).toBe(
      Buffer.from('v=DKIM1; p=\xe9\0\xff\xc3\xa9', 'latin1').toString('hex'),
    )
    expect(answer.records[0]!.strings).toBe(5)
  })

  it('D-22 shows AD as it came', async () => {
    expect(
      (await ask(query => reply(query, { flags: FLAG.AD, answers: [txt(ASKED, KEY)] }))).answer.authenticated,
    ).toBe(true)
    expect((await ask(good)).answer.authenticated).toBe(false)
  })

  it('D-22 ignores a datagram from another port', async () => {
    const other = await serve(() => undefined)
    const server = await serve(good)
    server.onUdp = (_socket, peer, query) => {
      // The forger knows id and question, but not the address of the server.
      other.onUdp = undefined
      void import('node:dgram').then(({ createSocket }) => {
        const forger = createSocket('udp4')
        forger.send(reply(query, { answers: [txt(ASKED, 'forged')] }), peer.port, peer.address, () => forger.close())
      })
    }
    server.onTcp = () => undefined
    expect((await clientOf([server]).txt(NAME)).status).toBe('timeout')
  })

  it('reads a TTL with the top bit set as 0 (RFC 2181 §8)', async () => {
    const { answer } = await ask(query =>
      reply(query, { answers: [record(ASKED, 16, strings(KEY), { ttl: 0x80000001 })] }),
    )
    expect(answer.records[0]!.ttl).toBe(0)
  })
})

describe('over TCP', () => {
  const truncated: Handler = query =>
    query.transport === 'udp'
      ? reply(query, { flags: FLAG.TC, answers: [txt(ASKED, 'cut')] })
      : reply(query, { answers: [txt(ASKED, KEY)] })

  it('comes again where the answer did not fit, with another id', async () => {
    const { answer, queries } = await ask(truncated)
    expect(texts(answer)).toEqual([KEY])
    expect(queries.map(({ transport }) => transport)).toEqual(['udp', 'tcp'])
  })

  it('takes a truncated datagram that ends anywhere', async () => {
    const { answer } = await ask(query => {
      const bytes = truncated(query, 1) as Buffer
      return query.transport === 'udp' ? bytes.subarray(0, -5) : bytes
    })
    expect(answer.status).toBe('found')
  })

  it('D-09 carries 60 kB of text to those who count it, and does not keep it', async () => {
    const { answer, queries } = await ask(query =>
      query.transport === 'udp'
        ? reply(query, { flags: FLAG.TC })
        : reply(query, { answers: [txt(ASKED, 'x'.repeat(60_000))] }),
    )
    expect(answer.records[0]!.data).toHaveLength(60_000)
    expect(queries).toHaveLength(2)
  })

  it.each([
    ['another id', (query: Query) => reply(query, { id: query.id ^ 1, answers: [txt(ASKED, KEY)] })],
    [
      'another question',
      (query: Query) => reply(query, { question: Buffer.concat([name('a.test'), u16(16), u16(1)]) }),
    ],
    ['truncated again', (query: Query) => reply(query, { flags: FLAG.TC })],
    ['an empty frame', () => Buffer.alloc(0)],
  ])('D-10 %s', async (_row, over) => {
    const { answer, queries } = await ask(query =>
      query.transport === 'udp' ? reply(query, { flags: FLAG.TC }) : over(query),
    )
    expect([answer.status, queries.length]).toEqual(['malformed', 4])
  })

  it('D-10 a frame that ends early, drips or never comes', async () => {
    const server = await serve(query => reply(query, { flags: FLAG.TC }))
    const frame = (query: Query): Buffer => {
      const bytes = reply(query, { answers: [txt(ASKED, KEY)] })
      return Buffer.concat([u16(bytes.length), bytes])
    }
    server.onTcp = (socket, query) => socket.end(frame(query).subarray(0, -1))
    expect((await clientOf([server]).txt(NAME)).status).toBe('malformed')
    server.onTcp = () => undefined
    expect((await clientOf([server]).txt(NAME)).status).toBe('timeout')
    server.onTcp = (socket, query) => {
      const bytes = frame(query)
      let index = 0
      const timer = setInterval(() => {
        if (socket.destroyed || index >= bytes.length) return clearInterval(timer)
        socket.write(bytes.subarray(index, index + 1))
        index += 1
      }, 20)
    }
    const started = Date.now()
    expect((await clientOf([server]).txt(NAME)).status).toBe('timeout')
    expect(Date.now() - started).toBeLessThan(1500)
    server.onTcp = (socket, query) => {
      const bytes = frame(query)
      socket.write(bytes.subarray(0, 1))
      setTimeout(() => socket.write(bytes.subarray(1)), 20)
    }
    expect((await clientOf([server]).txt(NAME)).status).toBe('found')
  })

  it('D-10 reads 64 kB of compression pointers at once or not at all', async () => {
    const { answer } = await ask(query => {
      if (query.transport === 'udp') return reply(query, { flags: FLAG.TC })
      const answers: Buffer[] = []
      let at = 12 + query.question.length
      for (let index = 0; index < 5000; index += 1) {
        const owner = Buffer.concat([Buffer.of(1, 97), u16(0xc000 | (index === 0 ? 12 : Math.min(at - 16, 0x3fff)))])
        const piece = record(owner, 1, Buffer.alloc(4))
        answers.push(piece)
        at += piece.length
      }
      return reply(query, { answers: answers.slice(0, 3600) })
    })
    expect(answer.status).toBe('malformed')
  })
})

describe('several servers, time and abort', () => {
  it('goes on after a failure and stops at the first answer', async () => {
    const servers = await Promise.all([
      serve(query => reply(query, { rcode: 2 })),
      serve(query => reply(query, { rcode: 5 })),
      serve(good),
      serve(good),
    ])
    expect((await clientOf(servers).txt(NAME)).status).toBe('found')
    expect(servers.map(({ queries }) => queries.length)).toEqual([1, 1, 1, 0])
  })

  it('a lost datagram costs one more', async () => {
    const { answer, queries } = await ask((query, count) => (count === 1 ? undefined : good(query, count)))
    expect([answer.status, queries.length]).toEqual(['found', 2])
  })

  it('NXDOMAIN is an answer: no other server is asked', async () => {
    const servers = await Promise.all([serve(query => reply(query, { rcode: 3 })), serve(good)])
    expect((await clientOf(servers).txt(NAME)).status).toBe('nxdomain')
    expect(servers[1]!.queries).toHaveLength(0)
  })

  it('tells of several failures the most telling one', async () => {
    const servers = await Promise.all([serve(() => undefined), serve(query => reply(query, { rcode: 2 }))])
    expect((await clientOf(servers).txt(NAME)).status).toBe('servfail')
  })

  it('a closed port is a network failure at once', async () => {
    const server = await startRawDnsServer(good)
    await server.close()
    const started = Date.now()
    expect(await clientOf([server]).txt(NAME)).toMatchObject({
      status: 'network',
      detail: expect.stringContaining('ECONNREFUSED'),
    })
    expect(Date.now() - started).toBeLessThan(1000)
  })

  it('D-23 keeps to the time of one name over all servers', async () => {
    const servers = await Promise.all([1, 2, 3, 4].map(() => serve(() => undefined)))
    const started = Date.now()
    expect((await clientOf(servers, { timeout: 400, attemptTimeout: 300 }).txt(NAME)).status).toBe('timeout')
    expect(Date.now() - started).toBeLessThan(900)
  })

  it('ends at once when it is called off', async () => {
    const server = await serve(() => undefined)
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 50)
    const started = Date.now()
    expect((await clientOf([server], { attemptTimeout: 5000, timeout: 9000 }).txt(NAME, abort.signal)).status).toBe(
      'timeout',
    )
    expect(Date.now() - started).toBeLessThan(1000)
    expect((await clientOf([server]).txt(NAME, AbortSignal.abort())).status).toBe('timeout')
    expect(server.queries).toHaveLength(1)
  })
})

describe('the cache', () => {
  it('1,000 messages of one domain cost one query, whatever the letter case', async () => {
    const server = await serve(good)
    const client = clientOf([server])
    const asked = Array.from({ length: 500 }, (_, index) => client.txt(index % 2 === 0 ? NAME : NAME.toUpperCase()))
    expect((await Promise.all(asked)).every(({ status }) => status === 'found')).toBe(true)
    for (let index = 0; index < 500; index += 1) await client.txt(NAME)
    expect(server.queries).toHaveLength(1)
  })

  it('keeps an answer as long as the smallest TTL on the way, and shows what is left of it', async () => {
    let now = 0
    const server = await serve(query =>
      reply(query, {
        answers: [
          record(ASKED, TYPE.CNAME, name('k.test'), { ttl: 10 }),
          record('k.test', 16, strings(KEY), { ttl: 60 }),
        ],
      }),
    )
    const client = clientOf([server], { clock: () => now })
    await client.txt(NAME)
    now = 9_999
    const kept = await client.txt(NAME)
    expect([kept.chain[0]!.ttl, kept.records[0]!.ttl]).toEqual([0, 50])
    expect(server.queries).toHaveLength(1)
    now = 10_000
    await client.txt(NAME)
    expect(server.queries).toHaveLength(2)
  })

  it('keeps "no" for min(SOA TTL, MINIMUM), and not without SOA', async () => {
    let now = 0
    const server = await serve(query => reply(query, { rcode: 3, authorities: [soa('legit.test', 60, 30)] }))
    const client = clientOf([server], { clock: () => now })
    await client.txt(NAME)
    now = 29_999
    await client.txt(NAME)
    expect(server.queries).toHaveLength(1)
    now = 30_000
    await client.txt(NAME)
    expect(server.queries).toHaveLength(2)
    const bare = await serve(query => reply(query, { rcode: 3 }))
    const other = clientOf([bare])
    await other.txt(NAME)
    await other.txt(NAME)
    expect(bare.queries).toHaveLength(2)
  })

  it('D-21 never keeps a temporary failure', async () => {
    const server = await serve((query, count) => (count <= 2 ? reply(query, { rcode: 2 }) : good(query, count)))
    const client = clientOf([server])
    expect((await client.txt(NAME)).status).toBe('servfail')
    expect((await client.txt(NAME)).status).toBe('found')
  })

  it('one caller that leaves does not take the answer from the others', async () => {
    const server = await serve(() => undefined)
    server.onUdp = (socket, peer, query) => {
      setTimeout(() => socket.send(good(query, 1) as Buffer, peer.port, peer.address), 80)
    }
    const client = clientOf([server], { attemptTimeout: 1000 })
    const abort = new AbortController()
    const [left, stayed] = [client.txt(NAME, abort.signal), client.txt(NAME)]
    abort.abort()
    expect((await left).status).toBe('timeout')
    expect((await stayed).status).toBe('found')
    expect(server.queries).toHaveLength(1)
  })
})

describe('D-24 server addresses are read strictly', () => {
  it.each([
    '1.1.1.1;x',
    '1.1.1',
    '1.1.1.1:0',
    '1.1.1.1:65536',
    '[::1',
    '::1:x',
    'localhost',
    '',
    '1.1.1.1 ',
    'http://a.test/',
    'https://u:p@a.test/',
    '1.1.1.1\0',
  ])('%j', text => {
    expect(() => createClient({ nameservers: [text] })).toThrow(expect.objectContaining({ code: 'usage' }))
  })

  it.each([
    ['192.0.2.1', '192.0.2.1:53'],
    ['192.0.2.1:5300', '192.0.2.1:5300'],
    ['2001:db8::1', '[2001:db8::1]:53'],
    ['[2001:db8::1]', '[2001:db8::1]:53'],
    ['[2001:db8::1]:5300', '[2001:db8::1]:5300'],
    ['https://dns.test/dns-query', 'https://dns.test/dns-query'],
  ])('%s', (text, shown) => {
    expect(createClient({ nameservers: [text] }).servers[0]!.text).toBe(shown)
  })
})
