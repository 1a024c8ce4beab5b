// Subject with a tag put in: [list], [EXTERNAL], ***SPAM***, in front, behind "Re:" or at the end, plain or inside an encoded word (RFC 2047).

import type { HeaderFamily, HeaderHypothesis } from '../header-hypothesis.js'
import { decodeWord, ENCODED_WORD, encodeWord } from './encoded-word.js'
import { fieldText, present, readable, withValue } from './field-text.js'

const MAX_WORDS = 40
const MAX_TAG_WORDS = 8

export const subjectTag: HeaderFamily = function* ({ model }) {
  for (const { position, name, raw } of present(model.positions)) {
    if (name !== 'subject') continue
    for (const [value, tag] of withoutTag(fieldText(raw).value)) {
      yield hypothesis(position, withValue(raw, value), tag)
    }
  }
}

function hypothesis(position: number, raw: string, tag: string): HeaderHypothesis {
  return { code: 'subject-tag', changes: [{ position, raw }], text: `“${readable(tag)}” was added to Subject` }
}

/** The value without some words in a row, with those words; what tags look like comes first. */
export function* withoutTag(value: string): Iterable<readonly [value: string, tag: string]> {
  yield* withoutGluedTag(value)
  yield* withoutEncodedTag(value)
  yield* withoutWords(value)
}

function* withoutWords(value: string): Iterable<readonly [string, string]> {
  const words = Array.from(value.matchAll(/[^ \t\r\n]+/g), ({ 0: { length }, index }) => ({
    start: index,
    end: index + length,
  }))
  const count = Math.min(words.length, MAX_WORDS)
  for (let length = 1; length <= Math.min(MAX_TAG_WORDS, words.length - 1); length += 1) {
    for (let first = 0; first + length <= count; first += 1) {
      const start = words[first]!.start
      const end = words[first + length - 1]!.end
      const next = words[first + length]
      const tag = value.slice(start, end)
      if (next === undefined) yield [value.slice(0, words[first - 1]?.end ?? 0), tag]
      else {
        yield [value.slice(0, start) + value.slice(next.start), tag]
        const previous = words[first - 1]
        if (previous !== undefined) yield [value.slice(0, previous.end) + value.slice(end), tag]
      }
    }
  }
}

/** `[list]Subject`, without a space; `Re: [list] x` that was `[list]`-less `re: x` is two changes. */
function* withoutGluedTag(value: string): Iterable<readonly [string, string]> {
  const match =
    /^((?:re|fwd?|aw|wg|antw|sv|vs|tr):[ \t]*)?(\[[^\]]{1,60}\]|\*{2,}[^*]{1,40}\*{2,}|\{[^}]{1,40}\}|\([^)]{1,40}\))(?=\S)/i.exec(
      value,
    )
  if (match !== null) yield [(match[1] ?? '') + value.slice(match[0].length), match[2]!]
}

/** A tag that went into the encoded word of the old subject. */
function* withoutEncodedTag(value: string): Iterable<readonly [string, string]> {
  const match = new RegExp(`^${ENCODED_WORD.source}`).exec(value)
  const decoded = match === null ? undefined : decodeWord(match[0])
  if (match === null || decoded === undefined) return
  const tag = /^(\[[^\]]{1,60}\]|\*{2,}[^*]{1,40}\*{2,}|\{[^}]{1,40}\}|[A-Z]{2,20}:)[ ]*/.exec(decoded.text)
  if (tag === null) return
  const rest = decoded.text.slice(tag[0].length)
  const behind = value.slice(match[0].length)
  yield [encodeWord({ ...decoded, text: rest }) + behind, tag[1]!]
  yield [rest + behind, tag[1]!]
}
