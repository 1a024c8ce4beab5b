// tag=value lists with byte ranges, shared by signatures and key records (§3.2).

import { LIMITS } from '../limits.js'
import { isTagName } from '../syntax/names.js'
import { skipFws, skipFwsBack } from '../syntax/white-space.js'

/** One tag. Offsets count bytes of the text the list was parsed from; the value's range excludes the white space around it. */
export interface Tag {
  readonly name: string
  /** latin1 text: one character per byte. White space inside is kept. */
  readonly value: string
  readonly valueStart: number
  readonly valueEnd: number
}

/** In the order of the text. A Map, because tag names are chosen by strangers. */
export type TagList = ReadonlyMap<string, Tag>

export type TagListFault = 'empty' | 'name' | 'no-equals-sign' | 'value' | 'duplicate' | 'too-many'

/** The text is no tag-list; `offset` is the byte at which that became clear. */
export class TagListError extends Error {
  readonly fault: TagListFault
  readonly offset: number

  constructor(fault: TagListFault, message: string, offset: number) {
    super(message)
    this.name = 'TagListError'
    this.fault = fault
    this.offset = offset
  }
}

/**
 * Parses latin1 text from `start` on (a signature's list begins behind the colon of its field). One final ";" is allowed.
 * "Tags with duplicate names MUST NOT occur within a single tag-list; if a tag name does occur more than once, the entire tag-list is invalid."
 */
export function parseTagList(text: string, start = 0): TagList {
  const tags = new Map<string, Tag>()
  const bare = text.slice(start).search(BARE_LINE_END)
  if (bare !== -1) throw new TagListError('value', 'a bare CR or LF is not folding white space', start + bare)
  // One look at all of the text instead of one at each value; where it finds something, each value is asked.
  const clean = findForbidden(text) === -1
  for (let position = start; position <= text.length; ) {
    const semicolon = text.indexOf(';', position)
    const end = semicolon === -1 ? text.length : semicolon
    const first = skipFws(text, position, end)
    if (first === end && semicolon === -1 && tags.size > 0) break
    if (tags.size >= LIMITS.tagsPerList)
      throw new TagListError('too-many', `more than ${LIMITS.tagsPerList} tags`, first)
    const tag = parseTag(text, first, end, clean)
    if (tags.has(tag.name)) throw new TagListError('duplicate', `duplicate tag ${tag.name}=`, first)
    tags.set(tag.name, tag)
    position = end + 1
  }
  return tags
}

/** tag-spec = [FWS] tag-name [FWS] "=" [FWS] tag-value [FWS] */
function parseTag(text: string, start: number, end: number, clean: boolean): Tag {
  if (start === end) throw new TagListError('empty', 'empty tag between semicolons', start)
  const equals = text.indexOf('=', start)
  if (equals === -1 || equals >= end) throw new TagListError('no-equals-sign', 'a tag has no "="', start)
  const name = text.slice(start, skipFwsBack(text, start, equals))
  if (!isTagName(name))
    throw new TagListError('name', 'a tag name may contain only letters, digits and underscores', start)
  const valueStart = skipFws(text, equals + 1, end)
  const valueEnd = skipFwsBack(text, valueStart, end)
  const bad = clean ? -1 : findForbidden(text.slice(valueStart, valueEnd))
  if (bad !== -1)
    throw new TagListError('value', `the value of ${name}= contains a control character`, valueStart + bad)
  return { name, value: text.slice(valueStart, valueEnd), valueStart, valueEnd }
}

/** FWS = [*WSP CRLF] 1*WSP (§2.8): a CR or LF has no other place in a tag-list. */
const BARE_LINE_END = /\r(?!\n[ \t])|(?<!\r)\n/

const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f]/
const DEL = '\x7f'

/** VALCHAR = %x21-3A / %x3C-7E, with FWS between and octets above 7F for RFC 8616 (§3). DEL is sought apart: in the class it would double the cost. */
function findForbidden(text: string): number {
  const control = text.search(CONTROL)
  const del = text.indexOf(DEL)
  return control === -1 || (del !== -1 && del < control) ? del : control
}

/** `v=DKIM1; k=rsa; p=…`: the inverse of parsing, for values without leading or trailing white space. */
export function formatTagList(tags: Iterable<readonly [name: string, value: string]>): string {
  return Array.from(tags, ([name, value]) => `${name}=${value}`).join('; ')
}
