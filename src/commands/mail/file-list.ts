// Paths from a list (--files-from): one a line, or each ended by a NUL; read as it is needed, however long it is.

import { createReadStream } from 'node:fs'
import { DkimError } from '../../core/errors.js'
import { textBytes } from '../../core/syntax/text-file.js'
import type { Context } from '../context.js'
import { unreadable } from '../io/file-fault.js'
import { pathOfBytes } from '../io/file-name.js'

/** A path is not longer than this (PATH_MAX of Linux): what is, is no list of files. */
const MAX_PATH = 4096

const LF = 0x0a
const CR = 0x0d

/** Standard input is read once: as one list, or as a message. Throws a usage error. */
export function checkStandardInput(paths: readonly string[], lists: readonly string[] = []): void {
  if (!lists.includes('-') || [...paths, ...lists].filter(name => name === '-').length === 1) return
  const hint = 'pass files instead of -, or save the list to a file'
  throw new DkimError('usage', 'standard input can be read only once', hint)
}

/** The arguments, then the lists. */
export async function* pathsOf(
  paths: readonly string[],
  lists: readonly string[],
  options: { readonly nul: boolean; readonly context: Pick<Context, 'stdin'> },
): AsyncGenerator<string> {
  yield* paths
  for (const list of lists) yield* pathsOfList(list, options)
}

async function* pathsOfList(
  list: string,
  { nul, context }: { readonly nul: boolean; readonly context: Pick<Context, 'stdin'> },
): AsyncGenerator<string> {
  const stream = list === '-' ? context.stdin : createReadStream(list)
  const end = nul ? 0 : LF
  const nameOf = (bytes: Buffer): string => {
    if (!nul && bytes.includes(0)) throw notAList(list, 'it contains a NUL', nul)
    // A list that was made on Windows.
    const name = pathOfBytes(!nul && bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes)
    // Names of files stand in a list: this one does not mean standard input.
    return name === '-' ? './-' : name
  }
  let rest = Buffer.alloc(0)
  try {
    // Names that end in NULs are bytes, in which nothing is a mark.
    for await (const chunk of nul ? stream : textChunks(stream, list)) {
      const bytes = Buffer.concat([rest, chunk as Buffer])
      let start = 0
      for (let at = bytes.indexOf(end); at !== -1; at = bytes.indexOf(end, start)) {
        const name = nameOf(bytes.subarray(start, at))
        if (name !== '') yield name
        start = at + 1
      }
      rest = bytes.subarray(start)
      if (rest.length > MAX_PATH) throw notAList(list, `a name exceeds ${MAX_PATH} bytes`, nul)
    }
  } catch (error) {
    throw unreadable(list, error)
  }
  const last = nameOf(rest)
  if (last !== '') yield last
}

/** What a stream of text holds, without a byte order mark. Throws DkimError for UTF-16. */
export async function* textChunks(stream: AsyncIterable<Buffer | string>, name: string): AsyncGenerator<Buffer> {
  let head: Buffer | null = Buffer.alloc(0)
  for await (const chunk of stream) {
    const bytes: Buffer = Buffer.from(chunk)
    if (head === null) yield bytes
    else {
      head = Buffer.concat([head, bytes])
      if (head.length < MARK) continue
      yield Buffer.from(textBytes(head, shown(name)))
      head = null
    }
  }
  if (head !== null) yield Buffer.from(textBytes(head, shown(name)))
}

/** Enough to tell UTF-16 and a byte order mark. */
const MARK = 4

function shown(path: string): string {
  return path === '-' ? 'standard input' : path
}

function notAList(list: string, why: string, nul: boolean): DkimError {
  return new DkimError(
    'input-unreadable',
    `${shown(list)} is no list of files: ${why}`,
    nul
      ? 'with -0 a NUL ends each name, as find -print0 writes it'
      : 'use one name per line, or -0 for NUL-separated names',
  )
}
