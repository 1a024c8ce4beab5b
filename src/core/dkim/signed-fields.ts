// Which header fields a signature covers (§5.4, §5.4.1, §8.15): the default list, `+` for oversigning, and what must never be signed.

import { DkimError } from '../errors.js'
import { LIMITS } from '../limits.js'
import { isFieldName, lowerAscii } from '../syntax/names.js'
import type { FieldIndex } from './header.js'

/** One field name for h=, and how often it is listed. */
export interface FieldChoice {
  /** Lower case. */
  readonly name: string
  /**
   * How often it stands in h=, with n instances in the message: `present` n times; `oversign` n + 1 times, so that no further one can be
   * added; `oversign-present` the same, but not where there is none.
   */
  readonly mode: 'present' | 'oversign' | 'oversign-present'
}

const OVERSIGNED = [
  'from',
  'to',
  'cc',
  'subject',
  'date',
  'reply-to',
  'message-id',
  'in-reply-to',
  'references',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
]

const SIGNED_WHERE_PRESENT = [
  'sender',
  'resent-date',
  'resent-from',
  'resent-sender',
  'resent-to',
  'resent-cc',
  'resent-message-id',
  'list-id',
  'list-help',
  'list-subscribe',
  'list-post',
  'list-owner',
  'list-archive',
  'feedback-id',
]

/** RFC 8058 §4: both must be signed, and a second one would replace the first for some readers. */
const ONE_CLICK = ['list-unsubscribe', 'list-unsubscribe-post']

/** The fields that are signed by default (§5.4.1). */
export const DEFAULT_FIELDS: readonly FieldChoice[] = [
  ...OVERSIGNED.map(name => ({ name, mode: 'oversign' as const })),
  ...ONE_CLICK.map(name => ({ name, mode: 'oversign-present' as const })),
  ...SIGNED_WHERE_PRESENT.map(name => ({ name, mode: 'present' as const })),
]

/** Fields that change on the way, or that drafts reserve for themselves. */
const NEVER_SIGNED: Readonly<Record<string, string>> = {
  'return-path': 'it is rewritten on delivery (§5.4)',
  'dkim2-signature': 'it belongs to another protocol',
  'message-instance': 'it belongs to another protocol',
}

/** `subject:reply-to` or the same with commas, in lower case. Throws DkimError('usage'): a name that no field can have is never missed. */
export function parseFieldNames(list: string): string[] {
  return itemsOf(list).map(text => nameOf(text, 'subject,reply-to'))
}

function itemsOf(list: string): string[] {
  return list.split(/[:,]/).map(item => item.replace(/^[ \t]+|[ \t]+$/g, ''))
}

function nameOf(text: string, example: string): string {
  if (isFieldName(text)) return lowerAscii(text)
  throw new DkimError('usage', `"${text}" is not a field name`, `write for instance ${example}`)
}

/** `from:to:+subject` or the same with commas; "+" asks for oversigning. From is always part of it. Throws DkimError('usage'). */
export function parseFieldChoices(list: string): FieldChoice[] {
  const choices = itemsOf(list).map(text => {
    const oversign = text.startsWith('+')
    const name = nameOf(oversign ? text.slice(1) : text, 'from:to:subject, with + to oversign: +from')
    const never = Object.hasOwn(NEVER_SIGNED, name) ? NEVER_SIGNED[name] : undefined
    if (never !== undefined)
      throw new DkimError('usage', `${name} must not be signed: ${never}`, 'remove it from the list')
    return { name, mode: oversign ? ('oversign' as const) : ('present' as const) }
  })
  const names = new Set(choices.map(({ name }) => name))
  if (names.size < choices.length) {
    throw new DkimError(
      'usage',
      'duplicate field in the list',
      'all copies in the message are signed; use + to oversign',
    )
  }
  return names.has('from') ? choices : [{ name: 'from', mode: 'oversign' }, ...choices]
}

/** h= for a message. Throws DkimError('limit') where it would name more fields than a verifier reads. */
export function signedFieldsOf(choices: readonly FieldChoice[], index: FieldIndex): string[] {
  const names: string[] = []
  for (const { name, mode } of choices) {
    const present = index.get(name)?.length ?? 0
    const extra = mode === 'oversign' || (mode === 'oversign-present' && present > 0) ? 1 : 0
    for (let count = 0; count < present + extra; count += 1) names.push(name)
  }
  if (names.length <= LIMITS.signedFields) return names
  throw new DkimError(
    'limit',
    `h= would list ${names.length} fields, more than ${LIMITS.signedFields}`,
    'name fewer fields with --headers',
  )
}
