// The body of a message read a second time: kept where it is small enough to be changed and tried, passed through otherwise.

import { MessageSplitter } from '../dkim/message.js'

/** The bytes of the message with CRLF line ends, from the start, as often as it is called. */
export type ReadMessage = () => AsyncIterable<Uint8Array>

/** Bytes of a body up to which hypotheses are tried; beyond, only those that need no copy of it. */
export const MAX_BODY = 32 * 1024 * 1024

/** Null where it is larger than the limit. */
export async function readBody(read: ReadMessage, limit: number = MAX_BODY): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let length = 0
  await eachBodyChunk(read, chunk => {
    length += chunk.length
    if (length > limit) return false
    chunks.push(Buffer.from(chunk))
    return true
  })
  return length > limit ? null : Buffer.concat(chunks)
}

/** Header and body; null where they are larger than the limit. */
export async function readWhole(read: ReadMessage, limit: number = MAX_BODY): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of read()) {
    length += chunk.length
    if (length > limit) return null
    chunks.push(Buffer.from(chunk))
  }
  return Buffer.concat(chunks)
}

/** Until the visitor has seen enough. */
export async function eachBodyChunk(read: ReadMessage, visit: (chunk: Buffer) => boolean): Promise<void> {
  let go = true
  const splitter = new MessageSplitter({
    header: () => undefined,
    body: chunk => {
      go = go && visit(chunk)
    },
  })
  for await (const chunk of read()) {
    splitter.write(chunk)
    if (!go) return
  }
  splitter.end()
}
