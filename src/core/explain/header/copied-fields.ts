// z=: the signer's own copies of fields (§3.5), put back one by one and all together.

import type { Signature } from '../../dkim/signature.js'
import { isFieldName, lowerAscii } from '../../syntax/names.js'
import { decodeDkimQuotedPrintable } from '../../syntax/quoted-printable.js'
import { removeFws } from '../../syntax/white-space.js'
import type { HeaderFamily } from '../header-hypothesis.js'
import type { Change, HeaderModel } from '../header-model.js'
import { fieldText, usualName } from './field-text.js'

export interface CopiedField {
  /** As written. */
  readonly name: string
  readonly value: string
}

/** Copies that can be read, in their order. */
export function copiedFieldsOf({ tags }: Signature): CopiedField[] {
  const z = tags?.get('z')
  if (z === undefined) return []
  return removeFws(z.value)
    .split('|')
    .flatMap(item => {
      const colon = item.indexOf(':')
      const name = item.slice(0, Math.max(0, colon))
      const value = decodeDkimQuotedPrintable(item.slice(colon + 1))
      return isFieldName(name) && value !== undefined ? [{ name, value }] : []
    })
}

export interface Difference {
  readonly position: number
  readonly name: string
  readonly copy: string
  readonly raw: string | null
}

/** The positions whose field is not what its copy says. Copies of one name are taken in their order, as h= takes instances. */
export function differencesToCopies(signature: Signature, model: HeaderModel): Difference[] {
  const copies = new Map<string, CopiedField[]>()
  for (const copy of copiedFieldsOf(signature)) {
    const name = lowerAscii(copy.name)
    copies.set(name, [...(copies.get(name) ?? []), copy])
  }
  return model.positions.flatMap(({ name, raw }, position) => {
    const copy = copies.get(name)?.shift()
    if (copy === undefined || (raw !== null && collapsed(fieldText(raw).value) === collapsed(copy.value))) return []
    return [{ position, name, copy: copy.value, raw }]
  })
}

function collapsed(value: string): string {
  return value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '')
}

export const copiedFields: HeaderFamily = function* ({ signature, model }) {
  const differences = differencesToCopies(signature, model)
  const changes = differences.map(({ position, name, copy, raw }): Change => {
    const lead = raw === null ? `${usualName(name)}: ` : fieldText(raw).lead
    return { position, raw: lead + copy }
  })
  for (const [index, change] of changes.entries()) {
    const { name, raw } = differences[index]!
    const what = raw === null ? 'was removed' : 'was changed'
    yield {
      code: 'copied-field-differs',
      changes: [change],
      text: `${usualName(name)} ${what}: z= has the signed value`,
    }
  }
  if (changes.length > 1) {
    const names = differences.map(({ name }) => usualName(name)).join(', ')
    yield { code: 'copied-field-differs', changes, text: `${names} were changed: z= has the signed values` }
  }
}
