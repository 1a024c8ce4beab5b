// Encoded words (RFC 2047) decoded, encoded anew, in other letter case, split and joined: gateways do all of it to Subject and names.

import { decodeBase64 } from '../../syntax/base64.js'
import type { HeaderFamily } from '../header-hypothesis.js'
import { fieldText, present, withValue } from './field-text.js'

export const ENCODED_WORD = /=\?([A-Za-z0-9_-]{2,40})(?:\*[A-Za-z0-9-]+)?\?([QqBb])\?([!-<>-~=]*?)\?=/

export interface Word {
  readonly charset: string
  /** As written: Q, q, B or b. */
  readonly encoding: string
  /** The octets as latin1. */
  readonly text: string
}

export function decodeWord(word: string): Word | undefined {
  const match = new RegExp(`^${ENCODED_WORD.source}$`).exec(word)
  if (match === null) return undefined
  const [, charset = '', encoding = '', data = ''] = match
  const text = encoding.toUpperCase() === 'B' ? decodeBase64(data)?.toString('latin1') : decodeQ(data)
  return text === undefined ? undefined : { charset, encoding, text }
}

function decodeQ(data: string): string {
  return data
    .replace(/_/g, ' ')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

export function encodeWord({ charset, encoding, text }: Word): string {
  return `=?${charset}?${encoding}?${encoding.toUpperCase() === 'B' ? Buffer.from(text, 'latin1').toString('base64') : encodeQ(text)}?=`
}

function encodeQ(text: string): string {
  return Array.from(text, character => {
    if (character === ' ') return '_'
    return /[!-<>@-^`-~]/.test(character) ? character : hexOf(character)
  }).join('')
}

/** What Python and others do: everything but letters, digits and a few signs is encoded. */
function encodeQStrictly(text: string): string {
  return Array.from(text, character => {
    if (character === ' ') return '_'
    return /[A-Za-z0-9!*+/-]/.test(character) ? character : hexOf(character)
  }).join('')
}

function hexOf(character: string): string {
  return `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

const RUN = new RegExp(`${ENCODED_WORD.source}(?:[ \\t\\r\\n]+${ENCODED_WORD.source})*`, 'g')

const FIELDS = new Set(['subject', 'from', 'to', 'cc', 'reply-to', 'sender', 'comments', 'keywords'])

export const encodedWords: HeaderFamily = function* ({ model }) {
  for (const { position, name, raw } of present(model.positions)) {
    if (!FIELDS.has(name)) continue
    const { value } = fieldText(raw)
    const seen = new Set([value])
    for (const candidate of rewritten(value)) {
      if (seen.has(candidate)) continue
      seen.add(candidate)
      const text = `the encoded words in ${fieldText(raw).name} were rewritten`
      yield { code: 'encoded-words-changed', changes: [{ position, raw: withValue(raw, candidate) }], text }
    }
  }
}

/** The value with all its encoded words, or all its 8-bit text, written in another way. */
export function* rewritten(value: string): Iterable<string> {
  if (value.includes('=?')) {
    for (const rewrite of REWRITES) yield value.replace(RUN, run => rewrite(run) ?? run)
  }
  if (/[\x80-\xff]/.test(value)) {
    for (const charset of ['utf-8', 'UTF-8']) {
      for (const encode of ENCODERS) {
        yield value.replace(/[^ \t\r\n"<>,]*[\x80-\xff][^"<>,\r\n]*?(?=[ \t]*(?:[\r\n"<>,]|$))/g, text =>
          encode(charset, text),
        )
        yield value.replace(/"([^"]*[\x80-\xff][^"]*)"/g, (_, text: string) => encode(charset, text))
        yield value.replace(/[^ \t\r\n"<>,]*[\x80-\xff][^ \t\r\n"<>,]*/g, text => encode(charset, text))
        yield encode(charset, value)
      }
    }
  }
}

type Encode = (charset: string, text: string) => string

const ENCODERS: readonly Encode[] = [
  (charset, text) => `=?${charset}?B?${Buffer.from(text, 'latin1').toString('base64')}?=`,
  (charset, text) => `=?${charset}?Q?${encodeQ(text)}?=`,
  (charset, text) => `=?${charset}?Q?${encodeQStrictly(text)}?=`,
  (charset, text) => `=?${charset}?b?${Buffer.from(text, 'latin1').toString('base64')}?=`,
  (charset, text) => `=?${charset}?q?${encodeQ(text)}?=`,
  (charset, text) => `=?${charset}?q?${encodeQStrictly(text)}?=`,
]

type Rewrite = (run: string) => string | undefined

/** Of a run of encoded words, which decodes as one (§6.2). */
const REWRITES: readonly Rewrite[] = [
  decoded,
  run => quotedIfNeeded(decoded(run)),
  run => eachWord(run, word => ({ ...word, charset: word.charset.toLowerCase() })),
  run => eachWord(run, word => ({ ...word, charset: word.charset.toUpperCase() })),
  run => eachWord(run, word => ({ ...word, encoding: word.encoding.toLowerCase() })),
  run => eachWord(run, word => ({ ...word, encoding: word.encoding.toUpperCase() })),
  run => run.replace(/\?=[ \t\r\n]+=\?/g, '?= =?'),
  ...ENCODERS.flatMap<Rewrite>(encode => [
    run => joined(run, ({ charset, text }) => encode(charset, text)),
    run => joined(run, ({ charset, text }) => encode(charset.toLowerCase(), text)),
    run => joined(run, ({ charset, text }) => encode(charset.toUpperCase(), text)),
    run => joined(run, ({ charset, text }) => splitWords(charset, text, encode)),
  ]),
]

function wordsOf(run: string): Word[] {
  return run.split(/[ \t\r\n]+/).flatMap(part => decodeWord(part) ?? [])
}

function decoded(run: string): string | undefined {
  const words = wordsOf(run)
  return words.length === 0 ? undefined : words.map(({ text }) => text).join('')
}

function quotedIfNeeded(text: string | undefined): string | undefined {
  return text === undefined ? undefined : `"${text.replace(/["\\]/g, '\\$&')}"`
}

function eachWord(run: string, change: (word: Word) => Word): string {
  return run.replace(new RegExp(ENCODED_WORD.source, 'g'), word => {
    const match = new RegExp(`^${ENCODED_WORD.source}$`).exec(word)!
    const { charset, encoding } = change({ charset: match[1]!, encoding: match[2]!, text: '' })
    return `=?${charset}?${encoding}?${match[3]}?=`
  })
}

function joined(run: string, encode: (word: Word) => string): string | undefined {
  const words = wordsOf(run)
  const [first] = words
  if (first === undefined || words.some(({ charset }) => charset.toLowerCase() !== first.charset.toLowerCase()))
    return undefined
  return encode({ ...first, text: words.map(({ text }) => text).join('') })
}

/** Encoded words of 75 characters at most (§2), cut between UTF-8 characters. */
function splitWords(charset: string, text: string, encode: Encode): string {
  const words: string[] = []
  let piece = ''
  for (const character of utf8Characters(text)) {
    if (piece !== '' && encode(charset, piece + character).length > 75) {
      words.push(encode(charset, piece))
      piece = ''
    }
    piece += character
  }
  return [...words, encode(charset, piece)].join(' ')
}

function utf8Characters(text: string): string[] {
  return text.match(/[\x00-\x7f\xc0-\xff][\x80-\xbf]*|[\x80-\xbf]/g) ?? []
}
