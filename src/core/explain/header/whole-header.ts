// The whole header hashed in another form than §3.7 asks for: another canonicalization, LF line ends, another order, one CRLF too many.

import { canonicalHeaderOf } from '../../dkim/message-hash.js'
import { lowerAscii } from '../../syntax/names.js'
import type { Cause } from '../causes.js'
import type { HeaderScene } from '../header-hypothesis.js'
import { HeaderModel } from '../header-model.js'
import { usualName } from './field-text.js'

export interface WholeHeader {
  readonly code: Cause
  readonly bytes: Buffer
  readonly text: string
}

export function* wholeHeaders(scene: HeaderScene): Iterable<WholeHeader> {
  const { model, section, index, signature } = scene
  const other = model.canonicalization === 'simple' ? 'relaxed' : 'simple'
  const declared = `c= declares ${model.canonicalization}, but the header was signed with ${other}`
  const otherModel = new HeaderModel(other, model.positions, model.signatureField)
  yield { code: 'other-header-canonicalization', bytes: otherModel.bytes, text: declared }
  for (const { canonicalization, bytes } of [model, otherModel]) {
    const behind = canonicalization === model.canonicalization ? '' : `, and with ${canonicalization} canonicalization`
    yield mistake(Buffer.concat([bytes, CRLF]), `the signer hashed the CRLF after the DKIM-Signature field${behind}`)
    if (bytes.includes('\r\r\n')) {
      const before = bytes.toString('latin1').replace(/\r+\n/g, '\r\n')
      yield {
        code: 'white-space-changed',
        bytes: Buffer.from(before, 'latin1'),
        text: 'line ends in the header were changed on the way: CRLF became CR CR LF',
      }
      continue
    }
    yield mistake(withLf(bytes), `the signer hashed LF line ends${behind}`)
    yield mistake(Buffer.concat([withLf(bytes), CRLF.subarray(1)]), `the signer hashed LF line ends${behind}`)
  }
  if (model.canonicalization === 'relaxed') {
    const blank = withBlanks(model)
    yield mistake(blank, 'the signer kept the blank at the start of a value that begins on the next line')
  }
  const inOrder = [...new Set(signature.signedFields)].sort(
    (a, b) => (index.get(a)?.[0]?.start ?? 0) - (index.get(b)?.[0]?.start ?? 0),
  )
  for (const signedFields of [inOrder, inOrder.toReversed()]) {
    const bytes = canonicalHeaderOf({
      section,
      index,
      canonicalization: model.canonicalization,
      signedFields,
      signatureField: Buffer.from(model.signatureField, 'latin1'),
      except: signature.field,
    })
    yield mistake(bytes, 'the signer hashed the fields in the order of the message, not of h=')
  }
  const withoutSignature = Buffer.from(model.with([model.canonicalChange({ position: model.last, raw: null })]))
  yield mistake(withoutSignature, 'the signer did not hash the DKIM-Signature field')
}

/**
 * What may have made the received header of these bytes, where they can be a header that was sent: its own canonical form,
 * with the fields that h= names, the signature field last. Null where only a signer makes such bytes.
 */
export function changeOnTheWay(model: HeaderModel, hashed: Buffer): Pick<WholeHeader, 'code' | 'text'> | null {
  const text = hashed.toString('latin1')
  const fields = text.split(/\r\n(?![ \t])/)
  const last = fields.pop() ?? ''
  const names = model.positions.map(({ name }) => name)
  // A field of h= that is not there selects nothing; the others are in the order of h= (§5.4.2).
  let next = 0
  const positions = names.map(name => {
    const field = fields[next]
    if (field === undefined || lowerAscii(/^[!-9;-~]*/.exec(field)![0]) !== name) return { name, raw: null }
    next += 1
    return { name, raw: field }
  })
  if (next < fields.length || !/^dkim-signature[ \t]*:(?:.*;)?[ \t\r\n]*b=(?:;|$)/is.test(last)) return null
  if (!new HeaderModel(model.canonicalization, positions, last).bytes.equals(hashed)) return null
  return nameOfChange(positions, model, text)
}

function nameOfChange(
  sent: HeaderModel['positions'],
  model: HeaderModel,
  text: string,
): Pick<WholeHeader, 'code' | 'text'> {
  const gone = sent.filter(({ raw }, position) => raw !== null && model.positions[position]!.raw === null)
  if (gone.length > 0) {
    const names = [...new Set(gone.map(({ name }) => usualName(name)))].join(', ')
    return { code: 'field-removed', text: `empty fields were removed on the way: ${names}` }
  }
  const plain = (header: string): string => header.replace(/[ \t\r\n]/g, '')
  if (plain(text) === plain(model.bytes.toString('latin1'))) {
    return { code: 'white-space-changed', text: 'white space in the header was changed on the way' }
  }
  return {
    code: 'field-name-case-changed',
    text: 'the letter case of field names and the white space around values were changed on the way',
  }
}

/** Relaxed canonicalization deletes all white space after the colon (§3.4.2), also where a fold is in between. */
function withBlanks(model: HeaderModel): Buffer {
  const present = [...model.positions.map(({ raw }) => raw), model.signatureField].filter(raw => raw !== null)
  const lines = model.bytes.toString('latin1').split('\r\n')
  const kept = lines.map((line, number) => {
    const folded = /^[^:]*:[ \t]*\r\n[ \t]/.test(present[number] ?? '')
    return folded ? line.replace(':', ': ') : line
  })
  return Buffer.from(kept.join('\r\n'), 'latin1')
}

const CRLF = Buffer.from('\r\n')

function mistake(bytes: Buffer, text: string): WholeHeader {
  return { code: 'signer-mistake', bytes, text }
}

function withLf(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(/\r\n/g, '\n'), 'latin1')
}
