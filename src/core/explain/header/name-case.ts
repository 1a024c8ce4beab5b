// The letter case of field names changed, which simple canonicalization shows (§3.4.1).

import type { HeaderFamily } from '../header-hypothesis.js'
import type { Change } from '../header-model.js'
import { fieldText, usualName } from './field-text.js'

/** Names whose usual letter case is not that of their words. */
const KNOWN_NAMES = new Map(
  ['DKIM-Signature', 'MIME-Version', 'Message-ID', 'Content-ID', 'List-ID', 'Resent-Message-ID'].map(name => [
    name.toLowerCase(),
    name,
  ]),
)

const FORMS: readonly ((name: string) => string)[] = [
  usualName,
  name => name.toLowerCase().replace(/(?:^|-)[a-z]/g, letters => letters.toUpperCase()),
  name => name.toLowerCase(),
  name => name.toUpperCase(),
  name => name.toLowerCase().replace(/^[a-z]/, letter => letter.toUpperCase()),
  name => KNOWN_NAMES.get(name.toLowerCase()) ?? name,
]

export const nameCase: HeaderFamily = function* ({ model }) {
  if (model.canonicalization === 'relaxed') return
  const texts = [...model.positions.map(({ raw }) => raw), model.signatureField]
  for (const form of FORMS) {
    const changes: Change[] = []
    for (const [position, raw] of texts.entries()) {
      if (raw === null) continue
      const { name } = fieldText(raw)
      const renamed = form(name) + raw.slice(name.length)
      if (renamed === raw) continue
      const change = { position, raw: renamed }
      changes.push(change)
      yield {
        code: 'field-name-case-changed',
        changes: [change],
        text: `the letter case of the field name ${name} changed`,
      }
    }
    if (changes.length > 1) {
      yield { code: 'field-name-case-changed', changes, text: 'the letter case of field names changed' }
    }
  }
}
