// The lexical layer of the master file format: entries made of words and quoted strings, comments, parentheses, escapes (RFC 1035 §5.1).

/** `raw` keeps its escapes: their meaning depends on the token's position. */
export interface Token {
  readonly raw: string
  readonly quoted: boolean
  /** An unquoted ";" follows at once: what is behind it is a comment, whether or not that was meant. */
  readonly cut: boolean
}

export interface Entry {
  /** Of its first token. */
  readonly line: number
  readonly tokens: readonly Token[]
  /** White space in front: the owner is that of the record before. */
  readonly startsBlank: boolean
}

type Refuse = (line: number, message: string, hint: string) => never

/** One entry a line; parentheses hold several lines together. */
export function* tokenize(text: string, refuse: Refuse): Generator<Entry> {
  let line = 1
  let depth = 0
  let openedAt = 0
  let tokens: Token[] = []
  let entryLine = 1
  let startsBlank = false
  let lineStart = true
  for (let index = 0; index < text.length; ) {
    const character = text[index]!
    if (character === '\n') {
      if (depth === 0 && tokens.length > 0) {
        yield { line: entryLine, tokens, startsBlank }
        tokens = []
      }
      line += 1
      index += 1
      lineStart = true
      continue
    }
    if (lineStart && depth === 0) startsBlank = character === ' ' || character === '\t'
    lineStart = false
    if (character === ' ' || character === '\t' || character === '\r') {
      index += 1
    } else if (character === ';') {
      const end = text.indexOf('\n', index)
      index = end === -1 ? text.length : end
    } else if (character === '(') {
      if (depth === 0) openedAt = line
      depth += 1
      index += 1
    } else if (character === ')') {
      if (depth === 0) refuse(line, ') without (', 'parentheses continue a record across lines')
      depth -= 1
      index += 1
    } else {
      const end = character === '"' ? quotedEnd(text, index, line, refuse) : wordEnd(text, index)
      if (tokens.length === 0) entryLine = line
      const quoted = character === '"'
      const raw = quoted ? text.slice(index + 1, end) : text.slice(index, end)
      tokens.push({ raw, quoted, cut: !quoted && text[end] === ';' })
      index = quoted ? end + 1 : end
    }
  }
  if (depth > 0) refuse(openedAt, '( is never closed', 'close it with ) after the last string')
  if (tokens.length > 0) yield { line: entryLine, tokens, startsBlank }
}

/** Index of the closing quote. A string ends on its line: a forgotten quote would otherwise swallow the rest of the file. */
function quotedEnd(text: string, start: number, line: number, refuse: Refuse): number {
  for (let index = start + 1; index < text.length && text[index] !== '\n'; index += 1) {
    if (text[index] === '\\') index += 1
    else if (text[index] === '"') return index
  }
  return refuse(
    line,
    'a quoted string is not closed on its line',
    'close it with ", and continue with another string inside ( … )',
  )
}

function wordEnd(text: string, start: number): number {
  let index = start
  while (index < text.length && !' \t\r\n;()"'.includes(text[index]!)) index += text[index] === '\\' ? 2 : 1
  return Math.min(index, text.length)
}
