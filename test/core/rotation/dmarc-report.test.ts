import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DkimError } from '../../../src/core/errors.js'
import { readAggregateReport } from '../../../src/core/rotation/dmarc-report.js'

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
const use = { selector: 's1', pass: true, messages: 3, source: '42', begin: BEGIN, end: END }

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
