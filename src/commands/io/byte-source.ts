// Bytes that can be read more than once with bounded memory: a regular file, or a stream that was spooled.

import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DkimError } from '../../core/errors.js'

/** What one read asks for. Larger pieces gain nothing, smaller ones cost a system call more often. */
export const PIECE = 64 * 1024
/** What tells a message from an mbox, and from what is neither. */
export const HEAD = 2048
/** A stream up to this size is kept in memory, a longer one goes to a temporary file. */
export const SPOOL_LIMIT = 1024 * 1024

/** The end of a stream is missing; what came before it is good. */
export class CutOff extends DkimError {}

export interface ByteSource {
  readonly size: number
  /** Where a file can be opened again; null for what has no name. */
  readonly path: string | null
  /** The first bytes, read already: all of them where the source is no longer than a piece. */
  readonly head: Buffer
  /** The bytes from `start` to `end`, in order. The first piece is the caller's, each further one valid until the next is asked for. */
  pieces(start?: number, end?: number): Iterable<Buffer>
  close(): void
}

/** The bytes of a descriptor of a regular file; `close` closes it. `name` is for messages. */
export function fileSource(fd: number, name: string, headLength = PIECE, path: string | null = name): ByteSource {
  const { size } = fstatSync(fd)
  const head = Buffer.allocUnsafe(Math.min(size, headLength))
  readExactly(fd, head, 0, name)
  return {
    size,
    path,
    head,
    *pieces(start = 0, end = size) {
      if (start < Math.min(end, head.length)) yield head.subarray(start, end)
      let shared: Buffer | undefined
      for (let position = Math.max(start, head.length); position < end; ) {
        const length = Math.min(PIECE, end - position)
        if (position > start) shared ??= Buffer.allocUnsafeSlow(PIECE)
        const piece = shared?.subarray(0, length) ?? Buffer.allocUnsafe(length)
        readExactly(fd, piece, position, name)
        position += length
        yield piece
      }
    },
    close: () => closeSync(fd),
  }
}

/** A part of a file through one scratch buffer: a piece is valid until the next one is asked for. */
export function* piecesOf(
  fd: number,
  name: string,
  { start, end }: { readonly start: number; readonly end: number },
  scratch: Buffer,
): Generator<Buffer> {
  for (let position = start; position < end; ) {
    const piece = scratch.subarray(0, Math.min(scratch.length, end - position))
    readExactly(fd, piece, position, name)
    position += piece.length
    yield piece
  }
}

/** A file that shrinks while it is read would give two different messages to two passes: an error, never a short read. */
function readExactly(fd: number, buffer: Buffer, position: number, name: string): void {
  let filled = 0
  while (filled < buffer.length) {
    const count = readSync(fd, buffer, filled, buffer.length - filled, position + filled)
    if (count === 0)
      throw new DkimError(
        'input-unreadable',
        `${name} was truncated while being read`,
        'try again when no program is writing to it',
      )
    filled += count
  }
}

export function memorySource(bytes: Buffer): ByteSource {
  return {
    size: bytes.length,
    path: null,
    head: bytes,
    *pieces(start = 0, end = bytes.length) {
      if (start < end) yield bytes.subarray(start, end)
    },
    close: () => undefined,
  }
}

/** Reads a stream to its end: into memory up to `limit` bytes, else into a private file that has no name any more. */
export async function spool(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  name: string,
  limit = SPOOL_LIMIT,
): Promise<ByteSource> {
  const kept: Buffer[] = []
  let size = 0
  let fd: number | undefined
  try {
    for await (const chunk of chunks) {
      size += chunk.length
      if (fd === undefined && size > limit) {
        fd = openNameless()
        for (const earlier of kept.splice(0)) writeFully(fd, earlier)
      }
      // A chunk is valid until the next one is asked for.
      if (fd === undefined) kept.push(Buffer.from(chunk))
      else writeFully(fd, chunk)
    }
  } catch (error) {
    if (fd !== undefined) closeSync(fd)
    throw error
  }
  return fd === undefined ? memorySource(Buffer.concat(kept)) : fileSource(fd, name, PIECE, null)
}

function writeFully(fd: number, chunk: Buffer): void {
  let written = 0
  while (written < chunk.length) written += writeSync(fd, chunk, written)
}

/** A file of mode 0600 in a folder of mode 0700, both removed at once: nothing is left behind however the program ends. */
function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), 'dkim-'))
  try {
    return openSync(join(folder, 'spool'), 'wx+', 0o600)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
