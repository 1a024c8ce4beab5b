// The master file format and its JSON form: what they mean, and what their faults say.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TxtAnswer } from '../../../src/core/dns/resolver.js'
import { readZone } from '../../../src/core/dns/zone-file.js'
import { zoneResolver } from '../../../src/core/dns/zone-resolver.js'
import { DkimError } from '../../../src/core/errors.js'
import { LIMITS } from '../../../src/core/limits.js'

function answer(zone: string, name: string): TxtAnswer {
  return zoneResolver(readZone(Buffer.from(zone, 'latin1'), 'test.zone')).txt(name) as TxtAnswer
}

function texts(zone: string, name: string): string[] {
  return answer(zone, name).records.map(record => Buffer.from(record.data).toString('latin1'))
}

function fault(zone: string): string {
  try {
    readZone(Buffer.from(zone, 'latin1'), 'test.zone')
  } catch (error) {
    if (error instanceof DkimError && error.code === 'zone-invalid' && error.hint !== undefined) return error.message
    throw error
  }
  return 'none'
}

describe('records', () => {
  it('joins the strings of a record without a space, over lines in parentheses, past comments', () => {
    const zone =
      '$ORIGIN example.com.\n$TTL 1h\nsel._domainkey IN TXT ( "v=DKIM1; k=rsa; " ; a comment "with quotes"\n  "p=AB"\n\t"CD" )\n'
    const { records, status } = answer(zone, 'sel._domainkey.example.com')
    expect(status).toBe('found')
    expect(records).toEqual([
      { data: Buffer.from('v=DKIM1; k=rsa; p=ABCD'), ttl: 3600, strings: 3, lengths: expect.any(Array) },
    ])
  })

  it.each([
    ['a.test. TXT "x"', 'a.test'],
    ['a.test. 60 TXT x', 'a.test'],
    ['a.test. IN 60 TXT "x"', 'a.test'],
    ['a.test. 60 in txt "x"', 'A.TEST'],
    ['A.Test.\t1h30m\tTXT\t"x"\r\n', 'a.test'],
    ['$ORIGIN test.\n@ TXT "y"\na TXT "x"', 'a.test'],
    ['$ORIGIN b.\n$ORIGIN a\n@ TXT "x"', 'a.b'],
    ['a.test TXT "x"', 'a.test'],
    ['\xef\xbb\xbfa.test. TXT "x"', 'a.test'],
    ['a.test. ( TXT\n\n"x"\n)', 'a.test'],
    ['b.test. TXT "y"\na.test. A 192.0.2.1\n  TXT "x"', 'a.test'],
    ['\\097.test. TXT "x"', 'a.test'],
  ])('reads %j', (zone, name) => {
    expect(texts(zone, name)).toEqual(['x'])
  })

  it('knows the escapes, inside and outside of quotes', () => {
    expect(texts('a.test. TXT "q\\"b\\\\s\\;\\233\\000" w\\;\\ x', 'a.test')).toEqual(['q"b\\s;\xe9\0w; x'])
    expect(texts('a.test. TXT "semi;colon" ; comment', 'a.test')).toEqual(['semi;colon'])
    expect(texts('a.test. TXT "caf\xc3\xa9"', 'a.test')).toEqual(['caf\xc3\xa9'])
    expect(answer('a\\.b.test. TXT "x"', 'a.b.test').status).toBe('nxdomain')
  })

  it('takes the TTL from the record, else $TTL, else the last one, else the SOA', () => {
    const ttl = (zone: string): number | null => answer(zone, 'a.test').records[0]!.ttl
    const soa = 'test. SOA ns.test. root.test. 1 2 3 4 5m\n'
    expect(ttl('$TTL 100\na.test. 7 TXT x')).toBe(7)
    expect(ttl('b.test. 7 TXT x\n$TTL 100\na.test. TXT x')).toBe(100)
    expect(ttl('b.test. 7 TXT x\na.test. TXT x')).toBe(7)
    expect(ttl(`${soa}a.test. TXT x`)).toBe(300)
    expect(ttl('a.test. TXT x')).toBeNull()
    expect(ttl('a.test. 2147483647 TXT x')).toBe(2147483647)
  })

  it('keeps several records apart and the same one only once', () => {
    expect(texts('a.test. TXT "1"\na.test. TXT "2"\na.test. TXT "1"', 'a.test')).toEqual(['1', '2'])
  })

  it('accepts 255 bytes a string and refuses 256', () => {
    expect(texts(`a.test. TXT "${'x'.repeat(255)}"`, 'a.test')[0]).toHaveLength(255)
    expect(fault(`\n\na.test. TXT "${'x'.repeat(256)}"`)).toMatch(/^test\.zone:3: .*256/)
  })

  it('holds names of prototypes without harm', () => {
    expect(texts('__proto__.test. TXT "x"\nconstructor. TXT "y"', '__proto__.test')).toEqual(['x'])
    expect(answer('a.test. TXT x', '__proto__').status).toBe('nxdomain')
    expect(answer('a.test. TXT x', 'constructor').status).toBe('nxdomain')
  })
})

describe('what is not there', () => {
  const zone =
    '$ORIGIN test.\n@ 600 SOA ns root 1 2 3 4 300\nsel._domainkey TXT "k"\na A 192.0.2.1\nalias CNAME sel._domainkey\ndangling CNAME nowhere\n' +
    'loop CNAME pool\npool CNAME loop\n*.wild TXT "w"\nb.c.wild A 192.0.2.2\nboth CNAME a\nboth TXT "t"\nold DNAME new\nx.new TXT "d"\n'

  it('tells no name from no data, empty non-terminals included', () => {
    expect(answer(zone, 'nothing.test')).toMatchObject({ status: 'nxdomain', negativeTtl: 300 })
    expect(answer(zone, 'a.test')).toMatchObject({ status: 'nodata', negativeTtl: 300 })
    expect(answer(zone, '_domainkey.test').status).toBe('nodata')
    expect(answer(zone, 'other._domainkey.test').status).toBe('nxdomain')
    expect(answer('a.test. TXT x', 'b.test').negativeTtl).toBeNull()
  })

  it('follows aliases, and ends where they do', () => {
    expect(answer(zone, 'alias.test')).toMatchObject({
      status: 'found',
      chain: [{ name: 'alias.test', type: 'CNAME', target: 'sel._domainkey.test', ttl: 600 }],
    })
    expect(answer(zone, 'dangling.test')).toMatchObject({ status: 'nxdomain', chain: [{ target: 'nowhere.test' }] })
    expect(answer(zone, 'loop.test').status).toBe('cname-loop')
    expect(answer(zone, 'x.old.test')).toMatchObject({
      status: 'found',
      chain: [{ type: 'DNAME', target: 'x.new.test' }],
    })
    expect(answer(zone, 'both.test')).toMatchObject({ status: 'found', besideAlias: true, chain: [] })
  })

  it('follows 64 aliases and not 65: what is at the end of a longer chain is unknown, not missing', () => {
    const chain = (links: number): string =>
      Array.from({ length: links }, (_, index) => `c${index}.test. CNAME c${index + 1}.test.\n`).join('') +
      `c${links}.test. TXT x`
    expect(answer(chain(LIMITS.aliases), 'c0.test').status).toBe('found')
    expect(answer(chain(LIMITS.aliases + 1), 'c0.test').status).toBe('malformed')
  })

  it('answers from a wildcard except where a name exists (RFC 4592)', () => {
    expect(answer(zone, 'x.wild.test')).toMatchObject({ status: 'found', wildcard: true })
    expect(answer(zone, 'x.y.wild.test').status).toBe('found')
    expect(answer(zone, 'c.wild.test').status).toBe('nodata')
    expect(answer(zone, 'x.c.wild.test').status).toBe('nxdomain')
    expect(answer(zone, 'wild.test').status).toBe('nodata')
  })
})

describe('faults name file and line', () => {
  it.each([
    ['a.test. TXT "x', 1],
    ['a.test. TXT "x"\nb.test. TXT ( "x"\n"y"\n', 2],
    ['a.test. TXT "x" )', 1],
    ['a.test. TXT', 1],
    ['a.test. 60', 1],
    ['a.test. IN', 1],
    ['\n TXT "x"', 2],
    ['a.test. TXT "\\256"', 1],
    ['a.test. TXT x\\', 1],
    ['$INCLUDE /etc/passwd', 1],
    ['$GENERATE 1-3 a A 192.0.2.$', 1],
    ['$ORIGIN', 1],
    ['$TTL soon', 1],
    ['@ TXT "x"', 1],
    ['a..test. TXT "x"', 1],
    ['.test. TXT "x"', 1],
    [`${'a'.repeat(64)}.test. TXT x`, 1],
    [`${`${'a'.repeat(63)}.`.repeat(4)} TXT x`, 1],
    ['a.test. CH TXT "x"', 1],
    ['a.test. TEXT "x"', 1],
    ['a.test. "v=DKIM1; p="', 1],
    ['"a.test." TXT "x"', 1],
    ['a.test. CNAME', 1],
    ['a.test. CNAME b.test. c.test.', 1],
    ['a.test. A 2001:db8::1', 1],
    ['a.test. AAAA 192.0.2.1', 1],
    ['a.test. SOA a b 1 2 3', 1],
    ['a.test. SOA a b 4294967296 2 3 4 5', 1],
    ['a.test. MX x mail', 1],
    ['a.test. TYPE65536 x', 1],
    ['a\0.test. TXT x', undefined],
  ])('%j', (zone, line) => {
    expect(fault(zone)).toMatch(line === undefined ? /^test\.zone: / : new RegExp(`^test\\.zone:${line}: `))
  })

  it('takes types it has no use for as existing names', () => {
    expect(answer('a.test. CAA 0 issue "ca.test"\nb.test. TYPE65534 \\# 0', 'a.test').status).toBe('nodata')
  })
})

describe('JSON', () => {
  it('reads every form', () => {
    const zone = JSON.stringify({
      'A._domainkey.test': 'v=DKIM1; p=\u00e9',
      'b.test.': ['1', '2'],
      'c.test': { txt: ['1'], ttl: 60 },
      'd.test': { error: 'NXDOMAIN' },
      'e.test': { error: 'SERVFAIL' },
      'f.test': { error: 'TIMEOUT' },
      'g.test': { cname: 'b.test' },
      'h.test': { txt: [] },
      'i.test': 'x'.repeat(300),
    })
    const status = (name: string): string => answer(` \n${zone}`, name).status
    const utf8 = zoneResolver(readZone(Buffer.from(zone), 'j.json'))
    expect(Buffer.from((utf8.txt('a._domainkey.test') as TxtAnswer).records[0]!.data).toString()).toBe(
      'v=DKIM1; p=\u00e9',
    )
    expect(texts(zone, 'b.test')).toEqual(['1', '2'])
    expect(answer(zone, 'c.test').records[0]!.ttl).toBe(60)
    expect(['d', 'e', 'f', 'g', 'h', 'j'].map(name => status(`${name}.test`))).toEqual([
      'nxdomain',
      'servfail',
      'timeout',
      'found',
      'nodata',
      'nxdomain',
    ])
    expect(answer(zone, 'i.test').records[0]).toMatchObject({ strings: 2 })
  })

  it('holds __proto__ as a name like any other', () => {
    expect(texts('{"__proto__": "x"}', '__proto__')).toEqual(['x'])
    expect(fault('{"a.test": {"__proto__": "x"}}')).toMatch(/^test\.zone:1: /)
  })

  it.each([
    ['{"a.test": 1}', 1],
    ['{\n"a.test": "x",\n"b.test": null}', 3],
    ['{"a.test": {}}', 1],
    ['{"a.test": {"error": "REFUSED"}}', 1],
    ['{"a.test": {"ttl": -1}}', 1],
    ['{"a.test": {"txt": [1]}}', 1],
    ['{"a..test": "x"}', 1],
    ['{"": "x"}', 1],
    ['{"a.test": {"cname": "b..c"}}', 1],
    ['{\n"a.test": "x",\n}', 3],
    // RFC 2181 §8, on both sides.
    ['{"a.test": {"ttl": 2147483648}}', 1],
    // JSON itself would keep the last one and say nothing.
    ['{"a.test": "x",\n"b.test": "y",\n"a.test": "z"}', 3],
    ['{"a.test": "x",\n"A.Test.": "z"}', 2],
    ['{"a.test": "x",\n"\\u0061.test": "z"}', 2],
    ['{"a.test": {"txt": ["{,\\"", "a.test"]}, "b.test": ["c", "d"],\n "b.test" : "z"}', 2],
    ['{', 1],
  ])('%j', (zone, line) => {
    expect(fault(zone)).toMatch(new RegExp(`^test\\.zone:${line}: `))
  })

  it('takes the longest TTL, and texts that look like names and brackets', () => {
    const zone = '{"a.test": {"txt": ["{\\"a.test\\": 1, [", "a.test"], "ttl": 2147483647}, "b.test": ["a.test", "}"]}'
    expect(texts(zone, 'a.test')).toEqual(['{"a.test": 1, [', 'a.test'])
    expect(answer(zone, 'a.test').records[0]!.ttl).toBe(2147483647)
    expect(texts(zone, 'b.test')).toEqual(['a.test', '}'])
  })

  it('an array is JSON as well, and no zone', () => {
    expect(fault('["v=DKIM1; p="]')).toMatch(/^test\.zone:1: JSON, /)
  })
})

describe('properties', () => {
  it('any text is a zone or a fault with its place, quickly', () => {
    const piece = fc.constantFrom(
      ...'"();\\ \t\n@$.*a'.split(''),
      'TXT ',
      'IN ',
      '60 ',
      'CNAME ',
      '$ORIGIN ',
      '$TTL 5\n',
      '\\000',
      '{"a":',
      'x.test. ',
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }).map(pieces => pieces.join('')),
        text => {
          expect(fault(text)).toMatch(/^none$|^test\.zone(?::\d+)?: /)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('any octets of a text come back as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 255 }), octets => {
        const escaped = Array.from(octets, octet => `\\${String(octet).padStart(3, '0')}`).join('')
        expect(Buffer.from(answer(`a.test. TXT "${escaped}"`, 'a.test').records[0]!.data)).toEqual(Buffer.from(octets))
      }),
    )
  })

  it('keeps its time with a megabyte of anything', () => {
    for (const text of ['(', '"', ';', '\\', 'a ', 'a.', '\n', '@ ', '" "', 'x TXT y\n']) {
      const started = performance.now()
      fault(text.repeat(1_000_000 / text.length))
      expect(performance.now() - started, JSON.stringify(text)).toBeLessThan(5000)
    }
  })
})
