// Mail that was compressed (RFC 1952): its bytes as a stream, and a clear error where the file was cut off or damaged.

import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { DkimError } from '../core/index.js'
import { CutOff } from './byte-source.js'

export async function* gunzip(pieces: Iterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  // A piece is valid until the next one is asked for, and a stream asks ahead.
  const compressed = Readable.from(copies(pieces), { objectMode: false })
  const plain = createGunzip()
  compressed.on('error', error => plain.destroy(error))
  try {
    for await (const chunk of compressed.pipe(plain)) yield chunk as Buffer
  } catch (error) {
    if (error instanceof DkimError) throw error
    const cut = error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR'
    const Fault = cut ? CutOff : DkimError
    throw new Fault(
      'input-unreadable',
      `${name} is ${cut ? 'cut off' : 'damaged'}: its gzip data does not end as it should`,
      'fetch or copy the file again; gzip -t tells whether it is whole',
    )
  } finally {
    compressed.destroy()
    plain.destroy()
  }
}

function* copies(pieces: Iterable<Buffer>): Generator<Buffer> {
  for (const piece of pieces) yield Buffer.from(piece)
}
