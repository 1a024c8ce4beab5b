// Content re-encoded by gateways: 8-bit to quoted-printable or base64 and back, encoded lines wrapped anew, charsets converted (RFC 2045 §6).

import { decodeQuotedPrintable } from '../../mail/quoted-printable.js'
import { decodeBase64 } from '../../syntax/base64.js'
import type { BodyFamily, BodyHypothesis, BodyScene } from '../body-hypothesis.js'
import { lineAt } from '../body-hypothesis.js'
import type { MimePart } from '../mime-parts.js'

const MAX_PART = 2 * 1024 * 1024
/** Up to this size, parts are also changed together. */
const MAX_SEVERAL = 512 * 1024
const WIDTHS = [76, 72, 64, 60, 78, 74, 75, 73, 77, 70, 57, 80, 998, 990]

export const transferEncoding: BodyFamily = function* (scene) {
  const { parts } = scene.mime
  const several = parts.length > 1 && scene.text.length <= MAX_SEVERAL
  const perPart: PartForm[][] = []
  for (const part of parts) {
    const forms: PartForm[] = []
    // One by one: each costs an encoding of the part, and the budget may end before the next.
    for (const form of partForms(scene, part)) {
      yield whole(scene, [form])
      if (several) forms.push(form)
    }
    perPart.push(forms)
  }
  // The same kind of change in every part that knows it. A kind names one way of changing, so that no part knows it twice.
  for (const kind of new Set(perPart.flat().map(form => form.kind))) {
    const forms = perPart.flatMap(list => list.find(form => form.kind === kind) ?? [])
    if (forms.length > 1) yield whole(scene, forms)
  }
}

interface PartForm {
  readonly kind: string
  readonly code: BodyHypothesis['code']
  readonly part: MimePart
  readonly content: string
  /** Values for fields of the part's own header; null removes the field. */
  readonly fields: readonly (readonly [name: string, value: string | null])[]
  readonly text: string
}

function whole({ text }: BodyScene, forms: readonly PartForm[]): BodyHypothesis {
  let body = text
  for (const form of forms.toSorted((a, b) => b.part.bodyStart - a.part.bodyStart)) {
    body = body.slice(0, form.part.bodyStart) + form.content + body.slice(form.part.bodyEnd)
    for (const [name, value] of form.fields) body = withField(body, form.part, name, value)
  }
  const [first] = forms
  const { bodyStart, bodyEnd } = forms.length === 1 ? first!.part : { bodyStart: 0, bodyEnd: text.length }
  const start = lineAt(text, bodyStart)
  return { code: first!.code, body, text: first!.text, lines: [start, Math.max(start, lineAt(text, bodyEnd))] }
}

function withField(body: string, part: MimePart, name: string, value: string | null): string {
  const field = part.fields.find(item => item.name === name)
  if (field === undefined) return body
  const raw = body.slice(field.start, field.end)
  const replacement = value === null ? '' : `${raw.slice(0, raw.indexOf(':') + 1)} ${value}\r\n`
  return body.slice(0, field.start) + replacement + body.slice(field.end)
}

function* partForms({ text, labelIsSigned }: BodyScene, part: MimePart): Iterable<PartForm> {
  const content = text.slice(part.bodyStart, part.bodyEnd)
  if (content.length === 0 || content.length > MAX_PART || part.type.startsWith('multipart/')) return
  if (part.encoding === 'quoted-printable') yield* fromQuotedPrintable(part, content, labelIsSigned)
  else if (part.encoding === 'base64') yield* fromBase64(part, content, labelIsSigned)
  else yield* fromPlain(part, content)
}

const ENCODING = 'content-transfer-encoding'

function encodings(part: MimePart, values: readonly (string | null)[]): (readonly [string, string | null])[][] {
  return part.headerStart === -1 ? [[]] : [[], ...values.map(value => [[ENCODING, value] as const])]
}

function* fromQuotedPrintable(part: MimePart, content: string, labelIsSigned: boolean): Iterable<PartForm> {
  const decoded = decodeQuotedPrintable(content)
  for (const fields of encodings(part, ['8bit', '7bit', null])) {
    // With the label as it is, the content was labelled quoted-printable already: escapes or soft line breaks were added.
    const kept = fields.length === 0 && (part.headerStart !== -1 || labelIsSigned)
    const text = kept
      ? 'quoted-printable lines were re-encoded: they had fewer escapes or soft line breaks'
      : 'the content was converted to quoted-printable in transit'
    const code = kept ? 'lines-rewrapped' : 'transfer-encoding-changed'
    yield { kind: `qp-8bit-${fields[0]?.[1]}`, code, part, content: decoded, fields, text }
  }
  const base64 = 'the content was re-encoded from base64'
  for (const fields of encodings(part, ['base64'])) {
    yield {
      kind: `qp-base64-${fields[0]?.[1]}`,
      code: 'transfer-encoding-changed',
      part,
      content: encodeBase64(decoded, 76),
      fields,
      text: base64,
    }
    yield {
      kind: `qp-base64n-${fields[0]?.[1]}`,
      code: 'transfer-encoding-changed',
      part,
      content: `${encodeBase64(decoded, 76)}\r\n`,
      fields,
      text: base64,
    }
  }
  for (const style of QP_STYLES) {
    const encoded = encodeQuotedPrintable(decoded, style)
    yield {
      kind: `qp-${styleName(style)}`,
      code: 'lines-rewrapped',
      part,
      content: encoded,
      fields: [],
      text: 'quoted-printable lines were re-encoded',
    }
  }
  yield {
    kind: 'qp-lower',
    code: 'lines-rewrapped',
    part,
    content: content.replace(/=[0-9A-F]{2}/g, hex => hex.toLowerCase()),
    fields: [],
    text: 'quoted-printable lines were re-encoded',
  }
  yield {
    kind: 'qp-upper',
    code: 'lines-rewrapped',
    part,
    content: content.replace(/=[0-9a-f]{2}/g, hex => hex.toUpperCase()),
    fields: [],
    text: 'quoted-printable lines were re-encoded',
  }
}

function* fromBase64(part: MimePart, content: string, labelIsSigned: boolean): Iterable<PartForm> {
  const compact = content.replace(/[^A-Za-z0-9+/=]/g, '')
  const end = content.endsWith('\r\n') ? '\r\n' : ''
  for (const width of WIDTHS) {
    for (const tail of [end, end === '' ? '\r\n' : '']) {
      const wrapped = wrap(compact, width) + tail
      yield {
        kind: `base64-${width}-${tail === end ? 'same' : 'other'}`,
        part,
        content: wrapped,
        fields: [],
        ...base64Change(wrapped, content),
      }
    }
  }
  const decoded = decodeBase64(compact)?.toString('latin1')
  if (decoded === undefined) return
  if (!part.type.startsWith('text/') && part.type !== '') return
  const converted = 'the content was converted to base64 in transit'
  const relabelled = 'the content was encoded in base64 in transit; the label base64 was there before'
  const textFor = (fields: PartForm['fields']): string =>
    fields.length === 0 && (part.headerStart !== -1 || labelIsSigned) ? relabelled : converted
  for (const [form, kind] of [
    [decoded, 'as-is'],
    [decoded.replace(/\r?\n/g, '\r\n'), 'crlf'],
  ] as const) {
    const ends = [
      ['same', form],
      ['less', form.replace(/\r\n$/, '')],
      ['more', `${form}\r\n`],
    ] as const
    for (const [end8, content8] of ends) {
      for (const fields of encodings(part, ['8bit', '7bit', null])) {
        yield {
          kind: `base64-8bit-${kind}-${fields[0]?.[1]}-${end8}`,
          code: 'transfer-encoding-changed',
          part,
          content: content8,
          fields,
          text: textFor(fields),
        }
      }
    }
    for (const style of QP_STYLES) {
      for (const fields of encodings(part, ['quoted-printable'])) {
        yield {
          kind: `base64-qp-${styleName(style)}-${fields.length}`,
          code: 'transfer-encoding-changed',
          part,
          content: encodeQuotedPrintable(form, style),
          fields,
          text: textFor(fields),
        }
      }
    }
  }
}

/** What was done to encoded lines: only where their content was cut at other places, they were wrapped anew. */
function base64Change(sent: string, received: string): Pick<PartForm, 'code' | 'text'> {
  if (/[^A-Za-z0-9+/= \t\r\n]/.test(received)) {
    return { code: 'body-inserted', text: 'characters that are not base64 were added to encoded content' }
  }
  const lines = (text: string): string => text.replace(/[ \t]+(?=\r\n|$)/g, '').replace(/(?:\r\n)+/g, '\r\n')
  const within = (text: string): string => lines(text).replace(/^\r\n|\r\n$/g, '')
  if (within(sent) !== within(received)) return { code: 'lines-rewrapped', text: 'base64 lines were re-wrapped' }
  if (/[ \t]/.test(received)) {
    return { code: 'trailing-space-changed', text: 'white space at the end of base64 lines was changed' }
  }
  return { code: 'blank-lines-changed', text: 'blank lines in or around base64 content were added or removed' }
}

function* fromPlain(part: MimePart, content: string): Iterable<PartForm> {
  const text = 'the content was decoded in transit'
  for (const style of QP_STYLES) {
    for (const fields of encodings(part, ['quoted-printable'])) {
      yield {
        kind: `8bit-qp-${styleName(style)}-${fields.length}`,
        code: 'transfer-encoding-changed',
        part,
        content: encodeQuotedPrintable(content, style),
        fields,
        text,
      }
    }
  }
  for (const width of WIDTHS.slice(0, 4)) {
    for (const tail of ['', '\r\n']) {
      for (const fields of encodings(part, ['base64'])) {
        yield {
          kind: `8bit-base64-${width}-${tail.length}-${fields.length}`,
          code: 'transfer-encoding-changed',
          part,
          content: encodeBase64(content, width) + tail,
          fields,
          text,
        }
      }
    }
  }
  const broken = 'long lines were split'
  yield {
    kind: 'bang',
    code: 'lines-rewrapped',
    part,
    content: content.replace(/!\r\n[ ]?/g, ''),
    fields: [],
    text: broken,
  }
  yield {
    kind: 'long',
    code: 'lines-rewrapped',
    part,
    content: content.replace(/(?<=[^\r\n]{900,})\r\n[ ]?/g, ''),
    fields: [],
    text: broken,
  }
  if (/[\x80-\xff]/.test(content)) yield* otherCharsets(part, content)
}

function* otherCharsets(part: MimePart, content: string): Iterable<PartForm> {
  const bytes = Buffer.from(content, 'latin1')
  const forms: [converted: string, label: string, charset: string][] = []
  for (const [charset, label] of [
    ['windows-1252', 'iso-8859-1'],
    ['iso-8859-15', 'iso-8859-15'],
  ] as const) {
    const asUtf8 = new TextDecoder(charset, { ignoreBOM: true }).decode(bytes)
    forms.push([Buffer.from(asUtf8, 'utf8').toString('latin1'), 'utf-8', charset])
    const single = singleByte(bytes, charset)
    if (single !== undefined) forms.push([single, label, charset])
  }
  for (const [converted, label, charset] of forms) {
    const type = part.fields.find(({ name }) => name === 'content-type')?.value.replace(/^[ \t]+/, '')
    const retyped =
      type === undefined
        ? []
        : [label, label.toUpperCase()].flatMap(name => [
            [['content-type', type.replace(/(charset[ ]*=[ ]*)("?)[^";]*\2/i, `$1$2${name}$2`)] as const],
          ])
    for (const [variant, fields] of [[], ...retyped].entries()) {
      yield {
        kind: `charset-${charset}-${label}-${variant}`,
        code: 'charset-changed',
        part,
        content: converted,
        fields,
        text: `the text was converted from ${label} to another charset`,
      }
    }
  }
}

/** UTF-8 bytes as those of a one-byte charset; undefined where a character has none there. */
function singleByte(utf8: Buffer, charset: string): string | undefined {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(utf8)
  } catch {
    return undefined
  }
  const table = new Map<string, string>()
  for (let byte = 0; byte < 256; byte += 1)
    table.set(new TextDecoder(charset).decode(Buffer.of(byte)), String.fromCharCode(byte))
  let out = ''
  for (const character of text) {
    const byte = table.get(character)
    if (byte === undefined) return undefined
    out += byte
  }
  return out
}

// ---------------------------------------------------------------------------------------------- codecs

interface QpStyle {
  /** Longest line, the "=" of a soft line break included. */
  readonly width: number
  /** White space at the end of a line is encoded, as §6.7 (3) of RFC 2045 asks; or left, as some software does. */
  readonly spaces: boolean
  /** Also encoded. */
  readonly extra: string
}

const QP_STYLES: readonly QpStyle[] = [76, 75, 74, 73, 72, 998].flatMap(width => [
  { width, spaces: true, extra: '' },
  { width, spaces: true, extra: '!"#$@[\\]^`{|}~' },
  { width, spaces: true, extra: '.' },
  { width, spaces: false, extra: '' },
])

function styleName({ width, spaces, extra }: QpStyle): string {
  return `${width}-${spaces}-${extra}`
}

function encodeQuotedPrintable(text: string, { width, spaces, extra }: QpStyle): string {
  return text
    .split('\r\n')
    .map(line => {
      let out = ''
      let length = 0
      for (let index = 0; index < line.length; index += 1) {
        const character = line[index]!
        const last = index === line.length - 1
        const plain =
          (/[!-<>-~]/.test(character) || ((character === ' ' || character === '\t') && !(last && spaces))) &&
          !(extra.includes(character) && (extra !== '.' || index === 0))
        const item = plain ? character : `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
        if (length + item.length > (last ? width : width - 1)) {
          out += '=\r\n'
          length = 0
        }
        out += item
        length += item.length
      }
      return out
    })
    .join('\r\n')
}

function encodeBase64(text: string, width: number): string {
  return wrap(Buffer.from(text, 'latin1').toString('base64'), width)
}

function wrap(text: string, width: number): string {
  return text.replace(new RegExp(`(.{${width}})(?=.)`, 'g'), '$1\r\n')
}
