// Mail that was compressed (RFC 1952): its bytes as a stream, and a clear error where the file was cut off or damaged.

import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { DkimError } from '../../core/errors.js'
import { CutOff } from '../io/byte-source.js'

export async function* gunzip(pieces: Iterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  // A piece is valid until the next one is asked for, and a stream asks ahead.
  const compressed = Readable.from(copies(pieces), { objectMode: false })
  const plain = createGunzip()
  compressed.on('error', error => plain.destroy(error))
  let some = false
  try {
    for await (const chunk of compressed.pipe(plain)) {
      some = true
      yield chunk as Buffer
    }
  } catch (error) {
    if (error instanceof DkimError) throw error
    throw faultOf(error, name, some)
  } finally {
    compressed.destroy()
    plain.destroy()
  }
}

function faultOf(error: unknown, name: string, some: boolean): DkimError {
  const hint = 'download or copy it again; gzip -t checks its integrity'
  const fault = (Fault: typeof DkimError, text: string) => new Fault('input-unreadable', `${name} is ${text}`, hint)
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: '' }
  if (code === 'Z_BUF_ERROR') return fault(CutOff, 'truncated: its gzip data ends early')
  // What came before the header of a member was checked by the sum at the end of the member before.
  if (some && message === 'incorrect header check') return fault(CutOff, 'damaged: trailing data is not gzip')
  return fault(DkimError, 'damaged: its gzip data is corrupt')
}

function* copies(pieces: Iterable<Buffer>): Generator<Buffer> {
  for (const piece of pieces) yield Buffer.from(piece)
}
