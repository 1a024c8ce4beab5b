// Names inside a DNS message: labels and compression pointers, read so that no message can make it loop or crawl (RFC 1035 §4.1.4).

import { DNS_LIMITS } from '../limits.js'
import { labelText } from './name.js'

/** The bytes cannot be read as a DNS message; the text says why. */
export class MalformedMessage extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'MalformedMessage'
  }
}

export interface Cursor {
  readonly bytes: Buffer
  offset: number
  /** Pointers followed in this message so far, all names together. */
  hops: number
}

const MAX_WIRE_NAME = 255

/** The name at the cursor as lower case text; leaves the cursor behind it. */
export function readName(cursor: Cursor): string {
  const { bytes } = cursor
  const labels: string[] = []
  let offset = cursor.offset
  let segment = offset
  let behind: number | undefined
  let length = 1
  for (;;) {
    const octet = bytes[offset]
    if (octet === undefined) throw new MalformedMessage('a name runs past the end')
    if (octet === 0) {
      cursor.offset = behind ?? offset + 1
      return labels.join('.')
    }
    if (octet >= 0xc0) {
      const low = bytes[offset + 1]
      if (low === undefined) throw new MalformedMessage('a compression pointer is cut')
      const target = ((octet & 0x3f) << 8) | low
      behind ??= offset + 2
      // Strictly backwards, before the piece that holds the pointer: no cycle is possible.
      if (target >= segment) throw new MalformedMessage('a compression pointer does not point backwards')
      cursor.hops += 1
      if (cursor.hops > DNS_LIMITS.pointerHops) throw new MalformedMessage('too many compression pointers')
      offset = target
      segment = target
      continue
    }
    if (octet > 63) throw new MalformedMessage('a label of an unknown kind')
    length += octet + 1
    if (length > MAX_WIRE_NAME) throw new MalformedMessage('a name is longer than 255 octets')
    const end = offset + 1 + octet
    if (end > bytes.length) throw new MalformedMessage('a label runs past the end')
    labels.push(labelText(bytes.subarray(offset + 1, end)))
    offset = end
  }
}
