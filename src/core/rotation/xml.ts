// A reader of the small part of XML that reports use: elements and text. No DTD, no entities beyond the five, bounded in every direction.

import { DkimError } from '../errors.js'

export interface XmlElement {
  /** Local name in lower case: the prefix and the case differ between reporters. */
  readonly name: string
  readonly children: readonly XmlElement[]
  /** The character data directly inside, outer white space removed. */
  readonly text: string
}

interface OpenElement {
  readonly name: string
  readonly children: XmlElement[]
  text: string
}

const MAX_DEPTH = 32
const MAX_ELEMENTS = 2_000_000
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

class XmlFault extends Error {}

/** `name` is the file's, for the error. Throws DkimError. */
export function parseXml(text: string, name = 'the file'): XmlElement {
  try {
    return readXml(text)
  } catch (error) {
    if (!(error instanceof XmlFault)) throw error
    const hint = 'name DMARC aggregate reports: XML, .gz or .zip files, or directories of them'
    throw new DkimError('input-unreadable', `${name} is no XML report: ${error.message}`, hint)
  }
}

function readXml(text: string): XmlElement {
  const root: OpenElement = { name: '', children: [], text: '' }
  const open: OpenElement[] = [root]
  let count = 0
  for (const token of tokens(text)) {
    const parent = open.at(-1)!
    if (token.kind === 'text') parent.text += token.value
    else if (token.kind === 'close') close(open, token.value)
    else {
      count += 1
      if (open.length > MAX_DEPTH || count > MAX_ELEMENTS) throw fault('it is nested too deeply or too large')
      const element: OpenElement = { name: token.value, children: [], text: '' }
      parent.children.push(element as XmlElement)
      if (token.kind === 'open') open.push(element)
    }
  }
  if (open.length > 1) throw fault(`<${open.at(-1)!.name}> is not closed`)
  const [document, second] = root.children
  if (document === undefined || second !== undefined) throw fault('it has no single root element')
  return document
}

function close(open: OpenElement[], name: string): void {
  const element = open.at(-1)!
  if (open.length === 1 || element.name !== name) throw fault(`</${name}> closes nothing`)
  element.text = element.text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')
  open.pop()
}

interface Token {
  readonly kind: 'open' | 'empty' | 'close' | 'text'
  readonly value: string
}

function* tokens(text: string): Generator<Token> {
  let index = 0
  while (index < text.length) {
    const start = text.indexOf('<', index)
    const end = start === -1 ? text.length : start
    if (end > index) yield { kind: 'text', value: decodeEntities(text.slice(index, end)) }
    if (start === -1) return
    if (text.startsWith('<!--', start)) index = after(text, '-->', start + 4)
    else if (text.startsWith('<?', start)) index = after(text, '?>', start + 2)
    else if (text.startsWith('<![CDATA[', start)) {
      index = after(text, ']]>', start + 9)
      yield { kind: 'text', value: text.slice(start + 9, index - 3) }
    } else if (text.startsWith('<!', start)) {
      index = after(text, '>', start + 2)
      // An internal subset could declare entities, and no report needs one.
      if (text.slice(start, index).includes('[')) throw fault('it has a document type with declarations of its own')
    } else {
      index = tagEnd(text, start)
      yield tag(text.slice(start + 1, index - 1))
    }
  }
}

function after(text: string, mark: string, from: number): number {
  const index = text.indexOf(mark, from)
  if (index === -1) throw fault(`"${mark}" is missing`)
  return index + mark.length
}

/** Behind the ">" that ends a tag; one inside an attribute's value does not. */
function tagEnd(text: string, start: number): number {
  let quote = ''
  for (let index = start + 1; index < text.length; index += 1) {
    const character = text[index]!
    if (quote !== '') quote = character === quote ? '' : quote
    else if (character === '"' || character === "'") quote = character
    else if (character === '>') return index + 1
  }
  throw fault('a tag is not closed')
}

function tag(inside: string): Token {
  const closing = inside.startsWith('/')
  const match = /^([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)(?=[ \t\r\n/]|$)/.exec(closing ? inside.slice(1) : inside)
  if (match === null) throw fault('a tag has no name')
  const value = match[2]!.toLowerCase()
  if (closing) return { kind: 'close', value }
  return { kind: inside.endsWith('/') ? 'empty' : 'open', value }
}

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|(\w{1,8}));/g, (whole, decimal, hexadecimal, name) => {
    if (name !== undefined) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name]! : whole
    const code = decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

function fault(why: string): XmlFault {
  return new XmlFault(why)
}
