// The header section as received, each field with who signed it (§5.4.2: from the bottom up).

import {
  type HeaderField,
  type HeaderSection,
  indexFields,
  rawValue,
  selectFields,
  unfold,
} from '../../../core/dkim/header.js'
import { SINGULAR_FIELDS } from '../../../core/dkim/policy.js'
import type { SignatureReport } from '../../../core/dkim/result.js'
import { escapeMarkup } from '../../rotation/markup.js'
import { shorten, visibleBytes } from '../../text/style.js'

const MOST_FIELDS = 300
const MOST_CHARACTERS = 600

export function headerTable(section: HeaderSection, signatures: readonly SignatureReport[]): string {
  const index = indexFields(section.fields)
  const signed = signatures.map(({ signedFields }) => new Set(selectFields(index, signedFields, null)))
  const rows = section.fields.slice(0, MOST_FIELDS).map(field => {
    const duplicate = SINGULAR_FIELDS.has(field.name) && (index.get(field.name)?.length ?? 0) > 1
    return row(section, field, standing(field, signed, signatures), duplicate)
  })
  const cut =
    section.fields.length <= MOST_FIELDS ? '' : ` (the first ${MOST_FIELDS} of ${section.fields.length} fields)`
  return [
    '<table class="fields">',
    `<caption>Header as received${cut}</caption>`,
    '<thead><tr><th scope="col">Field</th><th scope="col">Value</th><th scope="col">Status</th></tr></thead><tbody>',
    ...rows,
    '</tbody></table>',
  ].join('\n')
}

interface Standing {
  readonly text: string
  readonly colour: string
}

function standing(
  field: HeaderField,
  signed: readonly ReadonlySet<HeaderField>[],
  signatures: readonly SignatureReport[],
): Standing {
  const by = signed.flatMap((fields, position) => (fields.has(field) ? [position] : []))
  if (by.length === 0 && field.name === 'dkim-signature') return { text: 'a signature', colour: 'var(--soft)' }
  if (by.length === 0) return { text: 'not signed', colour: 'var(--soft)' }
  const proven = by.filter(position => signatures[position]?.headerSignature === 'match')
  const numbers = signatures.length === 1 ? '' : ` by ${(proven.length > 0 ? proven : by).map(at => at + 1).join(', ')}`
  if (proven.length === 0) return { text: `✗ listed${numbers}, not verified`, colour: 'var(--bad)' }
  return { text: `✓ signed${numbers}`, colour: 'var(--done)' }
}

function row(section: HeaderSection, field: HeaderField, { text, colour }: Standing, duplicate: boolean): string {
  const name = section.text.slice(field.start, field.nameEnd)
  const bytes = Buffer.from(unfold(rawValue(section, field)).replace(/^[ \t]+/, ''), 'latin1')
  // visibleBytes has escaped it already; a second time changes nothing but markup.
  const value = escapeMarkup(shorten(visibleBytes(bytes), MOST_CHARACTERS))
  const twice = duplicate ? ' <strong style="--mark:var(--bad)" class="badge">✗ duplicate</strong>' : ''
  return `<tr style="--mark:${colour}"><th scope="row">${escapeMarkup(name)}</th><td class="mono">${value}</td><td><span class="badge">${text}</span>${twice}</td></tr>`
}
