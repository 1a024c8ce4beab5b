// The header section as raw views: fields, what is malformed about it, and bottom-up selection (RFC 5322 §2.2, §5.4.2).

import { isFieldName, isWsp, lowerAscii } from './abnf.js'
import { LIMITS } from './limits.js'

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
  'no-colon': 'a line of the header section is no header field',
  'leading-continuation': 'the header section begins with a continuation line',
  'bad-field-name': 'a field name holds characters that no field name can',
  'bare-cr': 'the header section contains a bare CR',
  'bare-lf': 'the header section contains a bare LF',
  'too-many-fields': `the header section has more than ${LIMITS.headerFields} fields`,
  'too-large': `the header section is longer than ${LIMITS.headerBytes} octets`,
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
    .map(name => [name, lowerAscii(name)]),
)

export function parseHeaderSection(bytes: Buffer): HeaderSection {
  const text = bytes.toString('latin1')
  const fields: HeaderField[] = []
  const faults = new Map<HeaderFault, number>()
  const spaced: string[] = []
  const fault = (kind: HeaderFault, offset: number): void => {
    if (!faults.has(kind)) faults.set(kind, offset)
  }
  for (let start = 0; start < text.length; ) {
    if (fields.length >= LIMITS.headerFields) {
      fault('too-many-fields', start)
      break
    }
    const end = endOfField(text, start, fault)
    const contentEnd = endsWithCrlf(text, start, end) ? end - 2 : end
    const field = readField(text, start, contentEnd, fault)
    if (field !== undefined) {
      fields.push(field)
      if (field.nameEnd < field.valueStart - 1) spaced.push(field.name)
    }
    start = end
  }
  return { bytes, text, fields, faults, spaced }
}

type ReportFault = (kind: HeaderFault, offset: number) => void

/** Index behind the CRLF that no white space follows. A CR or LF alone ends no line: it is data, and reported. */
function endOfField(text: string, start: number, fault: ReportFault): number {
  for (let position = start; ; ) {
    const end = endOfLine(text, position, fault)
    if (end >= text.length || !isWsp(text.charCodeAt(end))) return end
    position = end
  }
}

/** Index behind the CRLF. The search for an LF never runs past the CRLF: begun anew on each line, it would cost quadratic time. */
function endOfLine(text: string, start: number, fault: ReportFault): number {
  for (let position = start; ; ) {
    const cr = text.indexOf('\r', position)
    const isCrlf = cr !== -1 && text.charCodeAt(cr + 1) === LF
    if (cr === -1 || isCrlf) {
      const lf = text.indexOf('\n', start)
      if (lf !== -1 && lf !== cr + 1) fault('bare-lf', lf)
      return isCrlf ? cr + 2 : text.length
    }
    fault('bare-cr', cr)
    position = cr + 1
  }
}

function endsWithCrlf(text: string, start: number, end: number): boolean {
  return end - start >= 2 && text.charCodeAt(end - 1) === 0x0a && text.charCodeAt(end - 2) === 0x0d
}

function readField(text: string, start: number, end: number, fault: ReportFault): HeaderField | undefined {
  if (isWsp(text.charCodeAt(start))) {
    fault('leading-continuation', start)
    return undefined
  }
  const colon = colonOfFirstLine(text, start, end)
  if (colon === -1) {
    fault('no-colon', start)
    return undefined
  }
  let nameEnd = colon
  while (nameEnd > start && isWsp(text.charCodeAt(nameEnd - 1))) nameEnd -= 1
  const name = text.slice(start, nameEnd)
  const usual = USUAL_NAMES.get(name)
  if (usual !== undefined) return { name: usual, start, nameEnd, valueStart: colon + 1, valueEnd: end }
  if (!isFieldName(name)) fault('bad-field-name', start)
  return { name: lowerAscii(name), start, nameEnd, valueStart: colon + 1, valueEnd: end }
}

/** -1 where the first line has none: a name is never folded. The search stays inside the field, so that all fields together cost linear time. */
function colonOfFirstLine(text: string, start: number, end: number): number {
  for (let index = start; index < end; index += 1) {
    const code = text.charCodeAt(index)
    if (code === 0x3a) return index
    if (code === CR && text.charCodeAt(index + 1) === LF) return -1
  }
  return -1
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
  const taken = new Map<string, number>()
  const selected: HeaderField[] = []
  for (const name of names) {
    const instances = index.get(name)
    if (instances === undefined) continue
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
  return value.replace(/\r\n(?=[ \t])/g, '')
}
