// Lists of field names as h= has them (§3.5), remembered by their text: all mail of a signer has the same one.

import { LIMITS } from '../limits.js'
import { toFieldNames } from '../syntax/names.js'
import { asParsed } from './header.js'

const MOST = 200
const LONGEST = 1000

/** Shared between messages, bounded in number and length. */
export class FieldLists {
  readonly #known = new Map<string, readonly string[]>()

  /** A list of the caller's own, in lower case; undefined where `text` is none. One name more than the limit at most. */
  read(text: string): readonly string[] | undefined {
    const known = this.#known.get(text)
    if (known !== undefined) return known.slice()
    const names = readFieldList(text)
    if (names === undefined || text.length > LONGEST) return names
    if (this.#known.size >= MOST) this.#known.clear()
    // Copies: the text is a view that would keep the header section of its message, the list goes out to others who may change theirs.
    this.#known.set(Buffer.from(text, 'latin1').toString('latin1'), names.slice())
    return names
  }
}

/** The same for one message alone. */
export function readFieldList(text: string): readonly string[] | undefined {
  return toFieldNames(text, LIMITS.signedFields)?.map(asParsed)
}
