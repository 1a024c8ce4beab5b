// What an attacker could add to a message, or do with it, while this signature still passes (§8.2, §8.6, §8.15).

import type { FieldIndex } from '../dkim/header.js'
import { SINGULAR_FIELDS } from '../dkim/policy.js'
import type { SignatureReport } from '../dkim/result.js'
import type { Signature } from '../dkim/signature.js'
import { lineAt } from './body-hypothesis.js'
import { usualName } from './header/field-text.js'
import type { MimeBody } from './mime-parts.js'

export interface Exposure {
  readonly code: keyof typeof EXPOSURES
  readonly text: string
  readonly fields: readonly string[]
  readonly lines: readonly [number, number] | null
  readonly advice: string
}

export const EXPOSURES = {
  'second-field':
    'sign each of these names once more than it occurs (oversigning): dkim sign does so for the fields that matter',
  'unsigned-field': 'sign the fields that readers and mail clients act on, even when absent',
  'unsigned-body': 'sign without l=',
  replay: 'set x= a few days after t=, so a captured message does not stay valid forever',
  'testing-key': 'remove t=y from the key record when testing is done',
} as const satisfies Record<string, string>

/** Fields that readers are shown or mail programs act on. */
const RELEVANT = [...SINGULAR_FIELDS].filter(name => name !== 'content-disposition')

export interface ExposureInput {
  readonly index: FieldIndex
  readonly signature: Signature
  readonly report: SignatureReport
  /** Null where the body is too large to be held. */
  readonly body: { readonly text: string; readonly canonical: Buffer; readonly mime: MimeBody } | null
}

export function exposureOf(input: ExposureInput): Exposure[] {
  return [...secondFields(input), ...unsignedFields(input), ...unsignedBody(input), ...replay(input), ...testing(input)]
}

function secondFields({ index, signature }: ExposureInput): Exposure[] {
  const names = [...new Set(signature.signedFields)].filter(name => {
    const items = signature.signedFields.filter(item => item === name).length
    return SINGULAR_FIELDS.has(name) && items <= (index.get(name)?.length ?? 0)
  })
  if (names.length === 0) return []
  const text = `a second ${names.map(usualName).join(', ')} could be prepended: mail clients may show that one`
  return [exposure('second-field', text, names)]
}

function unsignedFields({ index, signature }: ExposureInput): Exposure[] {
  const unsigned = RELEVANT.filter(name => !signature.signedFields.includes(name))
  const present = unsigned.filter(name => index.has(name))
  const absent = unsigned.filter(name => !index.has(name))
  return [
    ...(present.length === 0
      ? []
      : [exposure('unsigned-field', `${present.map(usualName).join(', ')} could be changed`, present)]),
    ...(absent.length === 0
      ? []
      : [exposure('unsigned-field', `${absent.map(usualName).join(', ')} could be added`, absent)]),
  ]
}

function unsignedBody({ signature, report, body }: ExposureInput): Exposure[] {
  const { bodyLength } = signature
  if (bodyLength === null) return []
  const total = report.bodyTotal ?? 0
  const tail = Math.max(0, total - bodyLength)
  if (body === null)
    return [exposure('unsigned-body', `l= leaves ${tail} bytes of the body unsigned, and more could be appended`, [])]
  // Canonical offsets lie at or before the received ones of the same line.
  const line = lineAt(body.canonical.toString('latin1'), bodyLength)
  const last = lineAt(body.text, Math.max(0, body.text.length - 1))
  const part = body.mime.parts.findLast(({ bodyStart }) => lineAt(body.text, bodyStart) <= line)
  const where = part === undefined || part.type === '' ? '' : `, in or after a part of type ${part.type}`
  const text =
    tail === 0
      ? `anything could be appended to the body after line ${line}${where}`
      : `${tail} bytes from line ${line} on are unsigned${where} and could be replaced`
  return [{ ...exposure('unsigned-body', text, []), lines: tail === 0 ? null : [line, Math.max(line, last)] }]
}

function replay({ report }: ExposureInput): Exposure[] {
  if (report.expiresAt !== null)
    return [exposure('replay', `the message could be resent to anyone until ${report.expiresAt}`, [])]
  return [
    exposure('replay', 'the message could be resent to anyone as long as the key is published: there is no x=', []),
  ]
}

function testing({ report }: ExposureInput): Exposure[] {
  if (report.key?.testing !== true) return []
  return [exposure('testing-key', 'the key record has t=y: receivers may treat forged mail as merely unsigned', [])]
}

function exposure(code: Exposure['code'], text: string, fields: readonly string[]): Exposure {
  return { code, text, fields, lines: null, advice: EXPOSURES[code] }
}
