// A message in memory, so that the next one can be read before it is signed.

import { SPOOL_LIMIT } from '../io/byte-source.js'
import type { MessageInput } from '../mail/input.js'

/** All bytes of a message that is not too long, read once: what is written is what was signed. */
export async function hold(input: MessageInput): Promise<Buffer | null> {
  if (input.size !== null && input.size > SPOOL_LIMIT) return null
  const pieces: Buffer[] = []
  let size = 0
  for await (const chunk of input.chunks()) {
    size += chunk.length
    if (size > SPOOL_LIMIT) return null
    pieces.push(Buffer.from(chunk))
  }
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
}
