import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DkimError } from '../../../src/core/errors.js'
import { ARCHIVE_LIMITS } from '../../../src/core/rotation/archive.js'
import { readAggregateReport } from '../../../src/core/rotation/dmarc-report.js'
import { XML_LIMITS } from '../../../src/core/rotation/xml.js'

const BEGIN = Date.UTC(2026, 10, 22)
const END = BEGIN + 86_399_000
const META =
  '<report_metadata><org_name>receiver.example</org_name><report_id>42</report_id><date_range><begin>1795305600</begin><end>1795391999</end></date_range></report_metadata>'
const dkim = (selector: string, result = 'pass', domain = 'example.com') =>
  `<dkim><domain>${domain}</domain><result>${result}</result><selector>${selector}</selector></dkim>`
const record = (results: string, count = '3') =>
  `<record><row><source_ip>192.0.2.1</source_ip><count>${count}</count></row><identifiers><header_from>example.com</header_from></identifiers><auth_results>${results}<spf><domain>example.com</domain><result>pass</result></spf></auth_results></record>`
const feedback = (body: string, meta = META) => `<feedback>${meta}<policy_published/>${body}</feedback>`

const read = (xml: string | Uint8Array) =>
  readAggregateReport(typeof xml === 'string' ? Buffer.from(xml) : xml, 'r.xml', 'example.com')
const use = {
  ...{ domain: 'example.com', selector: 's1', pass: true, messages: 3, source: '42', begin: BEGIN, end: END },
  ...{ reporter: 'receiver.example', address: '192.0.2.1' },
}

describe('aggregate reports, as reporters write them', () => {
  const plain = feedback(record(dkim('s1')))
  it.each<[string, string | Uint8Array]>([
    ['with a declaration', `<?xml version="1.0" encoding="UTF-8" ?>\n${plain}`],
    ['without one', plain],
    ['with a byte order mark', `\ufeff<?xml version="1.0"?>${plain}`],
    ['in UTF-16', Buffer.from(`\ufeff${plain}`, 'utf16le')],
    ['in Latin-1', Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${plain}<!-- \xe9 -->`, 'latin1')],
    ['declared UTF-16, written in UTF-8', `<?xml version="1.0" encoding="utf-16"?>${plain}`],
    ['in an unknown encoding', `<?xml version="1.0" encoding="x-unheard-of"?>${plain}`],
    [
      'in the namespace of the first schema',
      plain.replace('<feedback>', '<feedback xmlns="http://dmarc.org/dmarc-xml/0.1">'),
    ],
    [
      'in the namespace of the second schema',
      plain.replace('<feedback>', '<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0">'),
    ],
    [
      'with schema attributes',
      plain.replace('<feedback>', '<feedback xmlns:xsd="http://www.w3.org/2001/XMLSchema" xsi:x="a>b">'),
    ],
    ['with a prefix on every element', `<?xml version="1.0"?>${plain.replace(/<(\/?)(\w)/g, '<$1ns0:$2')}`],
    ['over many lines', plain.replace(/></g, '>\r\n\t<')],
    ['with white space around values', plain.replace('>s1<', '>\n  s1\n<').replace('>pass<', '> pass <')],
    [
      'in capitals',
      plain.replace('>pass<', '>Pass<').replace('>example.com<', '>EXAMPLE.com<').replace('>s1<', '>S1<'),
    ],
    ['with comments and CDATA', plain.replace('>s1<', '><!-- x --><![CDATA[s1]]><')],
    ['with entities', plain.replace('>s1<', '>&#x73;&#49;<')],
    ['with dates in milliseconds', plain.replace('1795305600', '1795305600000').replace('1795391999', '1795391999000')],
    ['with a document type', `<!DOCTYPE feedback SYSTEM "rua.dtd">${plain}`],
    ['with results of others', feedback(record(dkim('s1') + dkim('x', 'pass', 'esp.example')))],
    ['with an address in <>', plain.replace('<report_id>', '<email>Reports <a@receiver.example></email><report_id>')],
    ['with a word in <>', plain.replace('<report_id>', '<email>"O\'Brien" <reports></email><report_id>')],
    ['with a lone <', plain.replace('<report_id>', '<email>a < b</email><report_id>')],
    ['in a schema element that is not closed', `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">${plain}`],
    ['with such an element inside', plain.replace('<report_metadata>', '<xs:schema x="y"><report_metadata>')],
    ['in a schema element', `<xs:schema>${plain}</xs:schema>`],
    ['with an end tag of nothing', plain.replace('<report_id>', '</extra><report_id>')],
    ['with the row after the results', plain.replace(/(<row>.*<\/row>)(.*)(<\/record>)/, '$2$1$3')],
    [
      'with a final dot on the domain',
      plain.replace('>example.com</domain><result>', '>example.com.</domain><result>'),
    ],
  ])('%s', (_what, xml) => {
    expect(read(xml).uses).toMatchObject([use])
  })

  it('adds up records, and keeps failures apart', () => {
    const { uses } = read(
      feedback(record(dkim('s1')) + record(dkim('s1'), '4') + record(dkim('s1', 'fail') + dkim('s2'))),
    )
    expect(uses.map(({ selector, pass, messages }) => [selector, pass, messages])).toEqual([
      ['s1', true, 7],
      ['s1', false, 3],
      ['s2', true, 3],
    ])
  })

  it('counts results without a selector apart', () => {
    const without = '<dkim><domain>example.com</domain><result>pass</result></dkim>'
    const { uses, withoutSelector } = read(feedback(record(without) + record(dkim(''), '2')))
    expect([uses, withoutSelector]).toEqual([[], 5])
  })

  it.each(['', 'many', '-1', '0'])('takes a count of "%s" for one message', count => {
    expect(read(feedback(record(dkim('s1'), count))).uses[0]?.messages).toBe(1)
  })
})

describe('what is no report', () => {
  it.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['HTML', '<html><body>Not found</body></html>'],
    ['two roots', '<a></a><b></b>'],
    ['an open element', '<feedback><record>'],
    ['a report that is cut off', feedback(record(dkim('s1'))).slice(0, -'</feedback>'.length)],
    ['a record that is not closed', feedback(`${record(dkim('s1')).replace('</record>', '')}${record(dkim('s2'))}`)],
    ['crossed elements', '<feedback><a><b></a></b></feedback>'],
    ['no dates', feedback('', '<report_metadata/>')],
    ['dates of words', feedback('', META.replace('1795305600', 'yesterday'))],
    ['dates before this century', feedback('', META.replace('1795305600', '100000000'))],
    ['an end before the begin', feedback('', META.replace('1795391999', '1795305599'))],
    ['entities of its own', `<!DOCTYPE f [<!ENTITY a "b">]>${feedback('')}`],
    ['a very deep nest', '<a>'.repeat(40) + '</a>'.repeat(40)],
    ['an open comment', '<feedback><!-- '],
    ['an open tag', '<feedback a="'],
  ])('%s', (_what, xml) => {
    expect(() => read(xml)).toThrow(expect.objectContaining({ code: 'input-unreadable' }))
  })

  const padded = (size: number, filler: string) => {
    const [head, tail] = [Buffer.from(`<feedback>${META}<x>`), Buffer.from(`</x>${record(dkim('s1'))}</feedback>`)]
    return Buffer.concat([head, Buffer.alloc(size - head.length - tail.length, filler), tail])
  }

  it.each([' ', '&#65;', '<', '&', '>"', '<a ', '<a "', '<a/>', '<!-- -->', ']]>'])(
    'is read up to the bound, in about a second: %j',
    filler => {
      const started = performance.now()
      const outcome = (bytes: Buffer) => {
        try {
          return read(bytes).uses.length
        } catch (error) {
          return (error as DkimError).code
        }
      }
      // So much markup is a fault of its own.
      expect(outcome(padded(ARCHIVE_LIMITS.report, filler))).toBe(filler.startsWith('<') ? 'input-unreadable' : 1)
      expect(performance.now() - started).toBeLessThan(4000)
      expect(outcome(padded(ARCHIVE_LIMITS.report + 1, filler))).toBe('limit')
    },
  )

  it('counts tags up to the bound', () => {
    // `<` of the report itself: what is left is for empty elements.
    const own = feedback('<x></x>').split('<').length - 1
    const withTags = (count: number) => feedback(`<x>${'<a/>'.repeat(count)}</x>`)
    expect(read(withTags(XML_LIMITS.markup - own)).uses).toEqual([])
    expect(() => read(withTags(XML_LIMITS.markup - own + 2))).toThrow(
      expect.objectContaining({ code: 'input-unreadable' }),
    )
  })

  it('reads 130,000 selectors, and one result of each', () => {
    const results = Array.from(
      { length: 130_000 },
      (_, index) => `<record><auth_results>${dkim(`s${index}`)}</auth_results></record>`,
    )
    expect(read(feedback(results.join(''))).uses).toHaveLength(130_000)
  })

  it('throws nothing but its own error, whatever the bytes are', () => {
    const near = fc.array(
      fc.constantFrom(
        '<feedback>',
        '</feedback>',
        META,
        record(dkim('s1')),
        '<',
        '>',
        '&',
        '<![CDATA[',
        '"',
        '-->',
        '<!',
      ),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          near.map(parts => Buffer.from(parts.join(''))),
          fc.uint8Array({ maxLength: 200 }),
        ),
        bytes => {
          try {
            read(bytes)
          } catch (error) {
            expect(error).toBeInstanceOf(DkimError)
          }
        },
      ),
    )
  })
})
