// The header section as raw views: fields, what is malformed about it, and bottom-up selection (RFC 5322 §2.2, §5.4.2).

import { LIMITS } from '../limits.js'
import { isFieldName, lowerAscii } from '../syntax/names.js'
import { isWsp } from '../syntax/white-space.js'

/** A view into a header section; offsets count its bytes. */
export interface HeaderField {
  /** In lower case, without white space before the colon. */
  readonly name: string
  readonly start: number
  /** Of the name, white space before the colon excluded. */
  readonly nameEnd: number
  /** Behind the colon. */
  readonly valueStart: number
  /** Before the CRLF that ends the field, or the end of the section where none does. */
  readonly valueEnd: number
}

export type HeaderFault =
  | 'no-colon'
  | 'leading-continuation'
  | 'bad-field-name'
  | 'bare-cr'
  | 'bare-lf'
  | 'too-many-fields'
  | 'too-large'

/** What each means, for people. */
export const FAULT_TEXTS = {
  'no-colon': 'the header section contains a line that is not a field',
  'leading-continuation': 'the header section begins with a continuation line',
  'bad-field-name': 'a field name contains invalid characters',
  'bare-cr': 'the header section contains a bare CR',
  'bare-lf': 'the header section contains a bare LF',
  'too-many-fields': `the header section has more than ${LIMITS.headerFields} fields`,
  'too-large': `the header section is longer than ${LIMITS.headerBytes} bytes`,
} as const satisfies Record<HeaderFault, string>

export interface HeaderSection {
  readonly bytes: Buffer
  /** The same as latin1: one character per byte. */
  readonly text: string
  /** Top to bottom. Lines that are no field are not among them. */
  readonly fields: readonly HeaderField[]
  /** Each kind once, with the offset of its first occurrence. */
  readonly faults: ReadonlyMap<HeaderFault, number>
  /** Names of fields with white space before the colon (obs-syntax, RFC 5322 §4.5). */
  readonly spaced: readonly string[]
}

const CR = 0x0d
const LF = 0x0a

/** The names that most fields have, as most are spelled: they need neither a check nor a conversion. */
const USUAL_NAMES: ReadonlyMap<string, string> = new Map(
  (
    'Return-Path Delivered-To Received Received-SPF Authentication-Results ARC-Seal ARC-Message-Signature ' +
    'ARC-Authentication-Results DKIM-Signature From Sender Reply-To To Cc Bcc Subject Date Message-ID Message-Id In-Reply-To References ' +
    'MIME-Version Mime-Version Content-Type Content-Transfer-Encoding Content-Disposition Content-Language List-ID List-Id ' +
    'List-Unsubscribe List-Unsubscribe-Post List-Post List-Help List-Archive Precedence Feedback-ID Auto-Submitted User-Agent ' +
    'X-Mailer X-Originating-IP X-Received X-Spam-Status X-Spam-Score X-Google-DKIM-Signature X-Gm-Message-State'
  )
    .split(' ')
    .flatMap(name => [
      [name, lowerAscii(name)],
      [lowerAscii(name), lowerAscii(name)],
    ]),
)

/** A name in lower case, where it is a usual one as the very string that parsed fields have: to find one by the other takes no look at the letters. */
export function asParsed(name: string): string {
  return USUAL_NAMES.get(name) ?? name
}

const NO_FAULTS: HeaderSection['faults'] = new Map()

export function parseHeaderSection(bytes: Buffer): HeaderSection {
  return new SectionReader(bytes).read()
}

/**
 * The next occurrence of a character at or behind a place that only moves forward, the length of the text where there is none.
 * However often it is asked, the text is searched once, so that no arrangement of lines costs more than linear time.
 */
class NextOf {
  readonly #text: string
  readonly #character: string
  #found = -1

  constructor(text: string, character: string) {
    this.#text = text
    this.#character = character
  }

  at(start: number): number {
    if (this.#found < start) {
      const found = this.#text.indexOf(this.#character, start)
      this.#found = found === -1 ? this.#text.length : found
    }
    return this.#found
  }
}

class SectionReader {
  readonly #bytes: Buffer
  readonly #text: string
  readonly #cr: NextOf
  readonly #lf: NextOf
  readonly #colon: NextOf
  #faults: Map<HeaderFault, number> | null = null

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#text = bytes.toString('latin1')
    this.#cr = new NextOf(this.#text, '\r')
    this.#lf = new NextOf(this.#text, '\n')
    this.#colon = new NextOf(this.#text, ':')
  }

  read(): HeaderSection {
    const text = this.#text
    const fields: HeaderField[] = []
    const spaced: string[] = []
    for (let start = 0; start < text.length; ) {
      if (fields.length >= LIMITS.headerFields) {
        this.#fault('too-many-fields', start)
        break
      }
      const firstLineEnd = this.#endOfLine(start)
      let end = firstLineEnd
      while (end < text.length && isWsp(text.charCodeAt(end))) end = this.#endOfLine(end)
      const valueEnd = endsWithCrlf(text, start, end) ? end - 2 : end
      const field = this.#readField(start, firstLineEnd, valueEnd)
      if (field !== undefined) {
        fields.push(field)
        if (field.nameEnd < field.valueStart - 1) spaced.push(field.name)
      }
      start = end
    }
    return { bytes: this.#bytes, text, fields, faults: this.#faults ?? NO_FAULTS, spaced }
  }

  #fault(kind: HeaderFault, offset: number): void {
    this.#faults ??= new Map()
    if (!this.#faults.has(kind)) this.#faults.set(kind, offset)
  }

  /** Index behind the CRLF. A CR or LF alone ends no line: it is data, and reported. */
  #endOfLine(start: number): number {
    const text = this.#text
    let cr = this.#cr.at(start)
    while (cr < text.length && text.charCodeAt(cr + 1) !== LF) {
      this.#fault('bare-cr', cr)
      cr = this.#cr.at(cr + 1)
    }
    const lf = this.#lf.at(start)
    if (lf < cr) this.#fault('bare-lf', lf)
    return Math.min(cr + 2, text.length)
  }

  #readField(start: number, firstLineEnd: number, valueEnd: number): HeaderField | undefined {
    const text = this.#text
    if (isWsp(text.charCodeAt(start))) {
      this.#fault('leading-continuation', start)
      return undefined
    }
    // A name is never folded.
    const colon = this.#colon.at(start)
    if (colon >= firstLineEnd) {
      this.#fault('no-colon', start)
      return undefined
    }
    let nameEnd = colon
    while (nameEnd > start && isWsp(text.charCodeAt(nameEnd - 1))) nameEnd -= 1
    return { name: this.#readName(start, nameEnd), start, nameEnd, valueStart: colon + 1, valueEnd }
  }

  #readName(start: number, end: number): string {
    const name = this.#text.slice(start, end)
    const usual = USUAL_NAMES.get(name)
    if (usual !== undefined) return usual
    if (!isFieldName(name)) this.#fault('bad-field-name', start)
    return lowerAscii(name)
  }
}

function endsWithCrlf(text: string, start: number, end: number): boolean {
  return end - start >= 2 && text.charCodeAt(end - 1) === LF && text.charCodeAt(end - 2) === CR
}

/** The fields of each name, top to bottom: built once per message, so that selection is linear in h= (§5.4.2). */
export type FieldIndex = ReadonlyMap<string, readonly HeaderField[]>

export function indexFields(fields: readonly HeaderField[]): FieldIndex {
  const index = new Map<string, HeaderField[]>()
  for (const field of fields) {
    const same = index.get(field.name)
    if (same === undefined) index.set(field.name, [field])
    else same.push(field)
  }
  return index
}

/**
 * The fields that h= names, in its order: the last instance first, upwards for each repetition; a name that has run out selects nothing.
 * `except` is the signature under judgement: it never selects itself.
 */
export function selectFields(index: FieldIndex, names: readonly string[], except: HeaderField | null): HeaderField[] {
  const selected: HeaderField[] = []
  let taken: Map<string, number> | undefined
  for (const name of names) {
    const instances = index.get(name)
    if (instances === undefined) continue
    if (instances.length === 1) {
      // As nearly all are. Whether h= named it before shows in what is selected, at most as many as h= may name.
      const only = instances[0]!
      if (only !== except && !selected.includes(only)) selected.push(only)
      continue
    }
    taken ??= new Map()
    let next = taken.get(name) ?? instances.length - 1
    if (instances[next] === except) next -= 1
    const field = instances[next]
    taken.set(name, next - 1)
    if (field !== undefined) selected.push(field)
  }
  return selected
}

/** The raw value of a field as latin1, folds included. */
export function rawValue(section: HeaderSection, field: HeaderField): string {
  return section.text.slice(field.valueStart, field.valueEnd)
}

/** CRLF that white space follows removed (RFC 5322 §2.2.3). */
export function unfold(value: string): string {
  return value.includes('\r') ? value.replace(/\r\n(?=[ \t])/g, '') : value
}
