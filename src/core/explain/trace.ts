// The bytes as they were hashed, for comparing with another implementation (§3.7).

import { bodyCanonicalizer } from '../dkim/canonicalize-body.js'
import { type HeaderSection, indexFields } from '../dkim/header.js'
import type { Signature } from '../dkim/signature.js'
import { eachBodyChunk, type ReadMessage } from './body-reader.js'
import { HeaderModel } from './header-model.js'

/** What the signature is made over; null where the signature says too little to tell. */
export function canonicalHeaderFor(section: HeaderSection, signature: Signature): Buffer | null {
  if (signature.canonicalization === null || signature.signedFields.length === 0) return null
  return HeaderModel.of(section, indexFields(section.fields), signature).bytes
}

/** What the body hash is taken over, l= included, piece by piece; false where the signature says too little to tell. */
export async function writeCanonicalBody(
  read: ReadMessage,
  { canonicalization, bodyLength }: Signature,
  write: (bytes: Buffer) => void,
): Promise<boolean> {
  if (canonicalization === null) return false
  let room = bodyLength ?? Number.POSITIVE_INFINITY
  const canonicalizer = bodyCanonicalizer(canonicalization.body, bytes => {
    if (room > 0) write(bytes.subarray(0, Math.min(room, bytes.length)))
    room -= bytes.length
  })
  await eachBodyChunk(read, chunk => {
    canonicalizer.write(chunk)
    return room > 0
  })
  canonicalizer.end()
  return true
}
