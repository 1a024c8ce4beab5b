// A reader of the small part of XML that reports use: elements and text. It builds no tree, follows no entity of the document's own, and
// is bounded in every direction. What reporters write is not always XML: markup that cannot be one (`Name <a@example.com>`) is text.

/** What the reader meets, in order. Names are local and in lower case: the prefix and the case differ between reporters. */
export interface XmlHandler {
  open(name: string): void
  /** Every element is closed once, in order; `isImplied` where its own end tag is missing. */
  close(name: string, isImplied: boolean): void
  /** A piece of character data as it is in the file; `isLiteral` (CDATA) where entities are not to be decoded. */
  text(raw: string, isLiteral: boolean): void
}

export const XML_LIMITS = { depth: 32, markup: 2_000_000 } as const

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

export class XmlFault extends Error {}

/** A tag up to its name; whatever else begins with "<" is text. */
const TAG = /<(\/?)(?:[A-Za-z_][\w.-]{0,99}:)?([A-Za-z_][\w.-]{0,99})(?=[ \t\r\n/>])/y

/** Throws XmlFault where the text is cut off, or larger or deeper than any report. */
export function readXml(text: string, handler: XmlHandler): void {
  const open: string[] = []
  let index = 0
  for (let markup = 0; index < text.length; markup += 1) {
    if (markup > XML_LIMITS.markup) throw new XmlFault(`it has more than ${XML_LIMITS.markup} tags`)
    const start = text.indexOf('<', index)
    const end = start === -1 ? text.length : start
    if (end > index) handler.text(text.slice(index, end), false)
    if (start === -1) break
    TAG.lastIndex = start
    const tag = TAG.exec(text)
    const tagged = tag === null ? -1 : tagEnd(text, TAG.lastIndex)
    if (tag === null || tagged === -1) index = skipMarkup(text, start, handler)
    else {
      index = tagged
      const name = tag[2]!.toLowerCase()
      if (tag[1] === '/') close(open, name, handler)
      else openElement(open, name, text[tagged - 2] === '/', handler)
    }
  }
  for (let name = open.pop(); name !== undefined; name = open.pop()) handler.close(name, true)
}

function openElement(open: string[], name: string, isEmpty: boolean, handler: XmlHandler): void {
  if (open.length >= XML_LIMITS.depth) throw new XmlFault('its elements are nested too deeply')
  handler.open(name)
  if (isEmpty) handler.close(name, false)
  else open.push(name)
}

/** An end tag closes what is open inside its element; one that closes nothing has no effect. */
function close(open: string[], name: string, handler: XmlHandler): void {
  const depth = open.lastIndexOf(name)
  if (depth === -1) return
  while (open.length > depth + 1) handler.close(open.pop()!, true)
  open.pop()
  handler.close(name, false)
}

/** Comments, processing instructions, CDATA and a document type; any other "<" is a character. Returns where to go on. */
function skipMarkup(text: string, start: number, handler: XmlHandler): number {
  if (text.startsWith('<!--', start)) return after(text, '-->', start + 4)
  if (text.startsWith('<?', start)) return after(text, '?>', start + 2)
  if (text.startsWith('<![CDATA[', start)) {
    const end = after(text, ']]>', start + 9)
    handler.text(text.slice(start + 9, end - 3), true)
    return end
  }
  if (text.startsWith('<!DOCTYPE', start)) {
    const end = after(text, '>', start + 9)
    // An internal subset could declare entities, and no report needs one.
    if (text.slice(start, end).includes('[')) throw new XmlFault('it has a document type with its own declarations')
    return end
  }
  handler.text('<', true)
  return start + 1
}

function after(text: string, mark: string, from: number): number {
  const index = text.indexOf(mark, from)
  if (index === -1) throw new XmlFault(`it is cut off: "${mark}" is missing`)
  return index + mark.length
}

/** After the ">" that ends a tag; one inside an attribute's value does not. -1 where a "<" comes first, which no tag holds (XML §2.4). */
function tagEnd(text: string, start: number): number {
  let quote = ''
  for (let index = start; index < text.length; index += 1) {
    const character = text[index]!
    if (character === '<') return -1
    if (quote !== '') quote = character === quote ? '' : quote
    else if (character === '"' || character === "'") quote = character
    else if (character === '>') return index + 1
  }
  throw new XmlFault('it is cut off: a tag is not closed')
}

export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|(\w{1,8}));/g, (whole, decimal, hexadecimal, name) => {
    if (name !== undefined) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name]! : whole
    const code = decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
