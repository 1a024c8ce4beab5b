// The DKIM-Signature field itself changed: bh= computed anew, tags in other letter case or order, or hashed in a form that §3.7 does not know.

import type { HeaderFamily, HeaderHypothesis } from '../header-hypothesis.js'
import type { HeaderModel } from '../header-model.js'

export const signatureField: HeaderFamily = function* ({ model, signature, bodyHashes }) {
  const raw = model.signatureField
  const { last } = model
  for (const digest of bodyHashes) {
    const value = signature.tags?.get('bh')
    if (value === undefined) continue
    const replaced = raw.slice(0, value.valueStart) + digest + raw.slice(value.valueEnd)
    yield {
      code: 'body-hash-replaced',
      changes: [{ position: last, raw: replaced }],
      text: 'bh= was changed: the signer signed the hash of this very body',
      fields: ['dkim-signature'],
    }
  }
  for (const rewrite of REWRITES) {
    const changed = rewrite(raw)
    if (changed === raw) continue
    yield {
      code: 'signature-field-changed',
      changes: [{ position: last, raw: changed }],
      text: 'the DKIM-Signature field was written anew',
      fields: ['dkim-signature'],
    }
  }
  yield* mistakes(model)
}

const REWRITES: readonly ((raw: string) => string)[] = [
  raw => raw.replace(/;[ \t\r\n]{0,20}$/, ''),
  raw => `${raw};`,
  raw => raw.replace(/(?<![ \t\r\n])[ \t\r\n]*;[ \t\r\n]*/g, '; '),
  raw => raw.replace(/(?<![ \t\r\n])[ \t\r\n]*;[ \t\r\n]*/g, ';'),
  raw => raw.replace(/(?<![ \t])[ \t]*\r\n[ \t]+/g, ''),
  raw => raw.replace(/:[ \t]+/g, ':').replace(/:/, ': '),
  raw => raw.replace(/(?<=\bh=)[^;]*/, names => names.toLowerCase()),
  raw => raw.replace(/(?<=\bh=)[^;]*/, names => names.replace(/[ \t\r\n]+/g, '')),
  raw => raw.replace(/(?<=\bh=)[^;]*/, names => names.replace(/(?:^|[:-])[a-z]/g, letters => letters.toUpperCase())),
  raw => raw.replace(/(?<=\bbh=)[^;]*/, hash => hash.replace(/[ \t\r\n]+/g, '')),
  raw => raw.replace(/(?<=\b[ds]=)[^;]*/g, name => name.toLowerCase()),
]

/** What signing software is known to get wrong. */
function* mistakes(model: HeaderModel): Iterable<HeaderHypothesis> {
  const { positions, signatureField: raw, last } = model
  const mistake = (changed: string, text: string): HeaderHypothesis => ({
    code: 'signer-mistake',
    changes: [{ position: last, raw: changed }],
    text,
    fields: ['dkim-signature'],
  })
  yield mistake(raw.replace(/b=[ \t\r\n]*$/, ''), 'the signer left out b= instead of emptying it')
  yield mistake(raw.replace(/;[ \t\r\n]*b=[ \t\r\n]*$/, ''), 'the signer left out b= instead of emptying it')
  const absent = positions.flatMap(({ name, raw: field }, position) =>
    field === null ? [{ position, raw: `${name}:` }] : [],
  )
  if (absent.length > 0) {
    const text = 'the signer hashed fields that the message does not have'
    yield {
      code: 'signer-mistake',
      changes: absent,
      text,
      fields: absent.map(({ position }) => positions[position]!.name),
    }
  }
}
