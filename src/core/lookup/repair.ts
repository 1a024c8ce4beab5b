// Pasting accidents in the text of a key record: what happened, and the text without it.

import { decodeBase64 } from '../syntax/base64.js'
import { latin1ToUtf8 } from '../syntax/names.js'
import { removeFws } from '../syntax/white-space.js'
import { type Finding, finding } from './findings.js'
import { isSoundRecord, PEM_LINES } from './repair-key.js'

export interface Repair {
  readonly text: string
  readonly findings: readonly Omit<Finding, 'record'>[]
}

type Step = (text: string) => { text: string; found: Omit<Finding, 'record'> } | undefined

/** In this order: each undoes what hides the next. */
const STEPS: readonly Step[] = [
  takeJson,
  removeMarkup,
  decodeEntities,
  decodePercent,
  decodeQuotedPrintable,
  decodeWholeText,
  plainQuotes,
  removeInvisible,
  replaceLookAlikes,
  takeZoneLine,
  removeLineBreaks,
  removeParentheses,
  removeEscapes,
  removeQuotes,
  removePemLines,
  equalsForColons,
  rotateStrings,
  removeFront,
  removeOtherRecord,
]

/** `text` is latin1. Steps are tried on bounded text only: a record is never longer than the limit of TXT data. */
export function repairText(text: string): Repair {
  const findings: Omit<Finding, 'record'>[] = []
  let repaired = text
  for (const step of STEPS) {
    const outcome = step(repaired)
    if (outcome === undefined || outcome.text === repaired || isAboutNotes(step, repaired)) continue
    repaired = outcome.text
    findings.push(outcome.found)
  }
  return { text: repaired, findings }
}

/** n= may hold nearly everything (§3.6.1): what would change there alone is no accident. */
function isAboutNotes(step: Step, text: string): boolean {
  const without = text.replace(NOTES, '$1')
  return without !== text && (step(without)?.text ?? without) === without
}

const NOTES = /((?:^|;)[ \t]*n[ \t]*=)[^;]*/g

// ---------------------------------------------------------------------------------------------- encodings of other formats

/** `["v=DKIM1; …", "…"]`, or an object with such a text in it. */
function takeJson(text: string): ReturnType<Step> {
  if (!/^[ \t\r\n]*[[{]/.test(text)) return undefined
  try {
    const strings = [...stringsIn(JSON.parse(text), 0)]
    const start = strings.findIndex(one => /v[ \t]*=[ \t]*DKIM1|p[ \t]*=/.test(one))
    if (start === -1) return undefined
    return { text: strings.slice(start).join(''), found: finding('json-in-record') }
  } catch {
    return undefined
  }
}

function* stringsIn(value: unknown, depth: number): Generator<string> {
  if (typeof value === 'string') yield value
  else if (typeof value === 'object' && value !== null && depth < 8)
    for (const inner of Object.values(value)) yield* stringsIn(inner, depth + 1)
}

/** <br>, <code>, <wbr> … as copied from the source of a page. */
function removeMarkup(text: string): ReturnType<Step> {
  const match = /<\/?[a-z][a-z0-9]{0,15}(?: [^<>]{0,256})?\/?>/i.exec(text)
  if (match === null) return undefined
  return {
    text: text.replace(/<\/?[a-z][a-z0-9]{0,15}(?: [^<>]{0,256})?\/?>/gi, ''),
    found: finding('html-entity', match[0]),
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  amp: '&',
  lt: '<',
  gt: '>',
  nbsp: ' ',
  semi: ';',
  equals: '=',
  plus: '+',
  sol: '/',
  colon: ':',
  lpar: '(',
  rpar: ')',
  NewLine: '\n',
  ldquo: '"',
  rdquo: '"',
  shy: '',
}

const ENTITY = /&(?:([A-Za-z]{2,8})|#(\d{1,4})|#x([0-9a-f]{1,4}));/gi

function decodeEntities(text: string): ReturnType<Step> {
  let decoded = text
  let first: string | undefined
  // Twice: a page about HTML writes &amp;quot;
  for (let round = 0; round < 2; round += 1) {
    decoded = decoded.replace(ENTITY, (entity: string, name?: string, decimal?: string, hex?: string) => {
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
      const character = name === undefined ? String.fromCharCode(code) : ENTITIES[name]
      if (character === undefined || character > '\x7e') return entity
      first ??= entity
      return character
    })
  }
  return first === undefined ? undefined : { text: decoded, found: finding('html-entity', first) }
}

/** As in a URL, or in a form, where "+" is a space. */
function decodePercent(text: string): ReturnType<Step> {
  const match = /%[0-9A-F]{2}/i.exec(text)
  const isForm = /(?:;|%3B)\+(?=[a-z](?:=|%3D))/i.test(text)
  if (match === null && !isForm) return undefined
  // Elsewhere a + may be part of the key.
  const blanks = isForm ? text.replace(/(;|%3B)\+/gi, '$1 ') : text
  const decoded = blanks.replace(/%([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return { text: decoded, found: finding('percent-encoded', match?.[0] ?? '+ for a blank') }
}

/** `v=3DDKIM1; …`: the source of a message. */
function decodeQuotedPrintable(text: string): ReturnType<Step> {
  if (!/\b[vkp]=3D/.test(text)) return undefined
  const decoded = text
    .replace(/=[ \t]*\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return { text: decoded, found: finding('quoted-printable') }
}

/** The whole record in base64. */
function decodeWholeText(text: string): ReturnType<Step> {
  const bytes = /^[ \t\r\n]*dj1ES0lN/.test(text) ? decodeBase64(removeFws(text)) : undefined
  return bytes === undefined ? undefined : { text: bytes.toString('latin1'), found: finding('encoded-twice') }
}

// ---------------------------------------------------------------------------------------------- characters

/** Changes characters of the text, not of its octets. */
function replaceCharacters(text: string, change: (unicode: string) => string): string {
  const unicode = latin1ToUtf8(text)
  if (unicode === undefined) return change(text)
  const changed = change(unicode)
  return changed === unicode ? text : Buffer.from(changed, 'utf8').toString('latin1')
}

/** U+2018 to U+201F, U+2032, U+2033, U+2039, U+203A, U+00AB, U+00BB, U+FF02, and those of Windows-1252. */
const TYPOGRAPHIC_QUOTES = /[\u2018-\u201f\u2032\u2033\u2039\u203a\u00ab\u00bb\uff02\x91-\x94\x84]/g

/** They mark the ends of strings, as plain ones do: the blanks between two strings go with them. */
function plainQuotes(text: string): ReturnType<Step> {
  const plain = replaceCharacters(text, unicode => unicode.replace(TYPOGRAPHIC_QUOTES, '"'))
  if (plain === text) return undefined
  return { text: stripQuotes(plain), found: finding('quotes-in-record', 'typographic quotes') }
}

const ODD_BLANKS = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g
const UNSEEN = /[\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g

function removeInvisible(text: string): ReturnType<Step> {
  let code: string | undefined
  const visible = replaceCharacters(text, unicode => {
    const first = new RegExp(`${ODD_BLANKS.source}|${UNSEEN.source}`).exec(unicode)
    if (first === null) return unicode
    code = `U+${first[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
    return unicode.replace(ODD_BLANKS, ' ').replace(UNSEEN, '')
  })
  return code === undefined ? undefined : { text: visible, found: finding('invisible-character', code) }
}

/** Characters of other alphabets that look like these: Cyrillic, dashes, other semicolons. */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map([
  ...Array.from('АВЕКМНОРСТХаеорсухѕіј', (character, index) => [character, 'ABEKMHOPCTXaeopcyxsij'[index]!] as const),
  ...Array.from('\u2010\u2011\u2012\u2013\u2014\u2212', character => [character, '-'] as const),
  ['\u037e', ';'],
  ['\u061b', ';'],
  ['\u2215', '/'],
  ['\u2044', '/'],
])

function replaceLookAlikes(text: string): ReturnType<Step> {
  let first: string | undefined
  const plain = replaceCharacters(text, unicode =>
    unicode.replace(/[\u037e-\u061b\u2010-\u2215\uff01-\uff5e]/g, character => {
      const wide = character >= '\uff01' ? String.fromCharCode(character.charCodeAt(0) - 0xfee0) : undefined
      const plainOne = wide ?? LOOK_ALIKES.get(character)
      if (plainOne === undefined) return character
      first ??= `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')} for ${plainOne}`
      return plainOne
    }),
  )
  return first === undefined ? undefined : { text: plain, found: finding('look-alike-character', first) }
}

// ---------------------------------------------------------------------------------------------- zone files

/** `name [ttl] [IN] TXT ( "…" "…" ) ; comment`, or the tail of it; directives and comments may stand in front. */
const ZONE_LINE =
  /^\s*(?:(?:\$(?:ORIGIN|TTL)|;)[^\n]*\n\s*)*(?:update add )?(?:["']?[A-Za-z0-9_.@*-]{1,253}["']?[ \t]+)?(?:\d{1,10}[smhdw]?[ \t]+)?(?:IN[ \t]+)?(?:\d{1,10}[smhdw]?[ \t]+)?"?TXT"?\s+([\s\S]*)$/i

function takeZoneLine(text: string): ReturnType<Step> {
  const match = ZONE_LINE.exec(text)
  if (match === null) return undefined
  return { text: stringsOf(match[1]!), found: finding('zone-line-in-record') }
}

/** What stands in quotation marks, where anything does; a comment at the end is none of it. */
function stringsOf(data: string): string {
  const plain = data.replaceAll('\\"', '"')
  const quoted = [...plain.matchAll(/"([^"]*)"/g)].map(([, string]) => string!)
  if (quoted.length > 0) return quoted.join('')
  return stripQuotes(stripParentheses(plain.replace(/[ \t];[ \t]*-{2,}[^\n]*$/, '')))
}

/** A break in front of a tag stands where a semicolon belongs: it leaves a blank, which tells that later. */
function removeLineBreaks(text: string): ReturnType<Step> {
  const joined = text
    .replace(/\\?(?:\r\n|\r|\n|(?:\\r)?\\n)+(?=[ \t]*[vkhnpst][ \t]*=)/g, ' ')
    .replace(/\\?[\r\n]+/g, '')
    .replace(/(?:\\r)?\\n/g, '')
  return joined === text ? undefined : { text: joined.trim(), found: finding('line-break-in-record') }
}

function stripParentheses(text: string): string {
  const opened = /^[ \t]*\(/.exec(text)
  if (opened === null) return text
  return text
    .slice(opened[0].length)
    .replace(/\)[ \t]*(?:;[^\n]*)?$/, '')
    .trim()
}

function removeParentheses(text: string): ReturnType<Step> {
  return { text: stripParentheses(text), found: finding('parentheses-in-record') }
}

/** `\;`, `\/`, `\059`, `\u003d`: no tag but n= ever holds a backslash. */
function removeEscapes(text: string): ReturnType<Step> {
  const found = text.includes('\\;') ? finding('escaped-semicolon') : undefined
  const other = /\\(?:u00[0-9a-f]{2}|x[0-9a-f]{2}|\d{3}|[^A-Za-z0-9"';])/i.exec(text)
  if (found === undefined && other === null) return undefined
  const plain = text
    .replace(/\\(?:u00|x)([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\(\d{3})/g, (escaped: string, code: string) =>
      Number(code) < 0x7f ? String.fromCharCode(Number(code)) : escaped,
    )
    .replace(/\\{1,4}([^A-Za-z0-9"'])/g, '$1')
  return { text: plain, found: found ?? finding('escaped-character', other![0]) }
}

/** Strings side by side become one; a quotation mark is no character of any tag. */
function stripQuotes(text: string): string {
  return text
    .replaceAll('\\"', '"')
    .replace(/"[ \t,+]{0,64}"/g, '')
    .replace(/["`]/g, '')
    .replace(/^[ \t]*'|'[ \t]*$/g, '')
    .replace(/'[ \t]{0,64}'/g, '')
}

function removeQuotes(text: string): ReturnType<Step> {
  return { text: stripQuotes(text), found: finding('quotes-in-record') }
}

/** The armour of a public key is removed; that of a private one is left for the key check to see. */
function removePemLines(text: string): ReturnType<Step> {
  return { text: text.replace(PEM_LINES, ' '), found: finding('pem-in-key') }
}

// ---------------------------------------------------------------------------------------------- around the record

/** `v: DKIM1; p: …` */
function equalsForColons(text: string): ReturnType<Step> {
  if (!/(?:^|[;, \t])(?:v[ \t]*:[ \t]*DKIM1|p[ \t]*:[ \t]*[A-Za-z0-9+/]{16})/i.test(text)) return undefined
  const plain = text.replace(/(^|[;, \t])([vkhstp])[ \t]*:[ \t]*(?=[A-Za-z0-9*])/gi, '$1$2=')
  return { text: plain, found: finding('colon-for-equals') }
}

const START = /v[ \t]*=[ \t]*DKIM1/i

/** Two strings of one record, the second one first. */
function rotateStrings(text: string): ReturnType<Step> {
  const start = text.search(START)
  if (start <= 0) return undefined
  const rotated = text.slice(start) + text.slice(0, start)
  const front = text.slice(0, start)
  // Quotes or marks of a web page in front are no piece of the record.
  if (!isSoundRecord(rotated) || /;[ \t]*$/.test(front) || !/[A-Za-z0-9+/=]{2}/.test(front)) return undefined
  return { text: rotated, found: finding('strings-out-of-order') }
}

/** `TXT=`, `Value:` or the name of the record, in front of the first tag. */
const LABEL =
  /^[ \t]*(?:(?:txt|value|data|record|content|rdata|dkim|p|"?[A-Za-z0-9._-]{1,128}\._domainkey[A-Za-z0-9._-]{0,128}"?)[ \t]*(?:[=:,][ \t]*|[ \t]+)){1,6}(?=[vkhnpst][ \t]*=[ \t]*[^= \t])/i

function removeFront(text: string): ReturnType<Step> {
  const start = text.search(START)
  const front = start > 0 ? text.slice(0, start) : (LABEL.exec(text)?.[0] ?? '')
  // A byte that belongs to the name before "=", as in "xv=DKIM1", is part of the front; known tags there are only in the wrong order.
  if (/^[ \t;]*(?:[hknpst][ \t]*=[^;]*;[ \t]*)*$/.test(front)) return undefined
  if (/(?:^|;)[ \t]*p[ \t]*=[ \t]*[A-Za-z0-9+/]{16}/.test(front)) return undefined
  const other = OTHER_RECORD.exec(front)
  const what = `"${front.trim().slice(0, 40)}"`
  return {
    text: text.slice(front.length),
    found: other === null ? finding('text-in-front', what) : finding('other-record-in-text', other[0]),
  }
}

const OTHER_RECORD = /v=spf1|v=DMARC1|v=TLSRPTv1|v=STSv1|v=BIMI1|spf2\.0\/|google-site-verification=|MS=ms\d/i

/** An SPF record, or another one, behind the key. */
function removeOtherRecord(text: string): ReturnType<Step> {
  const key = text.search(/(?:^|;)[ \t]*p[ \t]*=/)
  const other = key === -1 ? null : OTHER_RECORD.exec(text.slice(key))
  if (other === null) return undefined
  const kept = text.slice(0, key + other.index).replace(/[;, \t"]{1,64}$/, '')
  return { text: kept, found: finding('other-record-in-text', other[0]) }
}
