// DKIM-Signature fields written: tag order, folding under 78 columns, and room for b= (§3.5, §3.7).

import { DkimError } from '../errors.js'
import { LIMITS } from '../limits.js'

/** "each line … SHOULD be no more than 78 characters, excluding the CRLF" (RFC 5322 §2.1.1) */
const MAX_COLUMNS = 77
const FOLD = '\r\n '

export type SignatureTag = readonly [name: string, value: string, split?: 'colon' | 'anywhere' | 'quoted']

/** Writes tags one behind the other, folding before a tag, and inside a value only where white space is allowed. */
class FieldWriter {
  #text = 'DKIM-Signature:'
  #column = this.#text.length

  /** A piece that may not be cut; `glue` stands between it and what is before where no fold is needed. */
  piece(text: string, glue: '' | ' ', follows = 0): void {
    if (text.length >= LIMITS.lineOctets) throw tooLong(`a line of ${text.length + 1} bytes`, LIMITS.lineOctets)
    if (this.#column + glue.length + text.length + follows > MAX_COLUMNS) {
      this.#text += FOLD + text
      this.#column = 1 + text.length
    } else {
      this.#text += glue + text
      this.#column += glue.length + text.length
    }
  }

  /** Text that may be cut at any character, but for the three of a hex-octet (§2.11) where it is quoted-printable. */
  stream(text: string, quoted = false): void {
    for (let position = 0; position < text.length; ) {
      if (this.#column >= MAX_COLUMNS - 2) {
        this.#text += FOLD
        this.#column = 1
      }
      const room = text.slice(position, position + MAX_COLUMNS - this.#column)
      const cut = quoted && position + room.length < text.length ? /=.?$/.exec(room) : null
      const part = cut === null ? room : room.slice(0, cut.index)
      this.#text += part
      this.#column += part.length
      position += part.length
    }
  }

  tag([name, value, split]: SignatureTag): void {
    if (split === 'colon') {
      const items = value.split(':')
      items.forEach((item, position) => {
        const last = position === items.length - 1
        this.piece(`${position === 0 ? `${name}=` : ''}${item}${last ? ';' : ':'}`, position === 0 ? ' ' : '')
      })
    } else if (split === 'anywhere' || split === 'quoted') {
      this.piece(`${name}=`, ' ', Math.min(16, value.length))
      this.stream(value, split === 'quoted')
      this.piece(';', '')
    } else {
      this.piece(`${name}=${value};`, ' ')
    }
  }

  /** b= comes last, without a semicolon, so that all white space behind it belongs to its value. */
  emptyB(): string {
    this.piece('b=', ' ', 16)
    return this.#text
  }

  filled(signature: string): string {
    this.stream(signature)
    if (this.#text.length > LIMITS.signatureBytes) throw tooLong(`${this.#text.length} octets`, LIMITS.signatureBytes)
    return `${this.#text}\r\n`
  }
}

/** A signature that no verifier reads, ours included, is worse than none. */
function tooLong(what: string, limit: number): DkimError {
  return new DkimError(
    'limit',
    `the DKIM-Signature would have ${what}, more than ${limit}`,
    'sign fewer fields, drop --copied-headers, or shorten the identity',
  )
}

export interface UnsignedField {
  /** The field with an empty b=, without CRLF: what the data hash covers. Latin1. */
  readonly text: string
  /** The finished field with its CRLF. */
  fill(signature: string): string
}

export function formatSignatureField(tags: readonly SignatureTag[]): UnsignedField {
  const writer = new FieldWriter()
  for (const tag of tags) writer.tag(tag)
  const text = writer.emptyB()
  return { text, fill: signature => writer.filled(signature) }
}
