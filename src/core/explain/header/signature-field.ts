// The DKIM-Signature field itself changed: bh= computed anew, tags in other letter case or order, or hashed in a form that §3.7 does not know.

import type { HeaderFamily, HeaderHypothesis } from '../header-hypothesis.js'
import type { HeaderModel } from '../header-model.js'

export const signatureField: HeaderFamily = function* ({ model, bodyHashes }) {
  const raw = model.signatureField
  const { last } = model
  for (const replaced of otherBodyHashes(raw, bodyHashes, model.canonicalization)) {
    yield {
      code: 'body-hash-replaced',
      changes: [{ position: last, raw: replaced }],
      text: 'bh= was changed: the signer signed the hash of exactly this body',
      fields: ['dkim-signature'],
    }
  }
  for (const rewrite of REWRITES) {
    const changed = rewrite(raw)
    if (changed === raw) continue
    yield {
      code: 'signature-field-changed',
      changes: [{ position: last, raw: changed }],
      text: 'the DKIM-Signature field was rewritten',
      fields: ['dkim-signature'],
    }
  }
  yield* mistakes(model)
}

/** The field with each of the hashes in bh=, folded anywhere: white space inside shows in both canonicalizations. */
function* otherBodyHashes(raw: string, digests: readonly string[], canonicalization: string): Iterable<string> {
  const match = /(?<=[;: \t\n])bh[ \t\r\n]*=[ \t\r\n]*(?=[A-Za-z0-9+/=])[A-Za-z0-9+/= \t\r\n]*/.exec(raw)
  if (match === null) return
  const start = match.index + match[0].indexOf('=') + 1
  const [before, behind] = [raw.slice(0, start), raw.slice(match.index + match[0].length)]
  const folds = canonicalization === 'relaxed' ? [' '] : ['\r\n\t', '\r\n ', '\r\n        ']
  for (const digest of digests) {
    yield before + digest + behind
    for (const fold of folds) {
      for (let at = 0; at <= digest.length; at += 1)
        yield before + digest.slice(0, at) + fold + digest.slice(at) + behind
    }
  }
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
  yield mistake(raw.replace(/b=[ \t\r\n]*$/, ''), 'the signer removed b= instead of emptying it')
  yield mistake(raw.replace(/;[ \t\r\n]*b=[ \t\r\n]*$/, ''), 'the signer removed b= instead of emptying it')
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
