// Paths from a list (--files-from): one a line, or each ended by a NUL; read as it is needed, however long it is.

import { createReadStream } from 'node:fs'
import { DkimError } from '../core/index.js'
import type { Context } from './context.js'
import { unreadable } from './file-fault.js'

/** A path is not longer than this (PATH_MAX of Linux): what is, is no list of files. */
const MAX_PATH = 4096

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
  const end = nul ? 0 : 0x0a
  let rest = Buffer.alloc(0)
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.concat([rest, chunk as Buffer])
      let start = 0
      for (let at = bytes.indexOf(end); at !== -1; at = bytes.indexOf(end, start)) {
        if (at > start) yield bytes.toString('utf8', start, at)
        start = at + 1
      }
      rest = bytes.subarray(start)
      if (rest.length > MAX_PATH) throw notAList(list, nul)
    }
  } catch (error) {
    throw unreadable(list, error)
  }
  if (rest.length > 0) yield rest.toString('utf8')
}

function notAList(list: string, nul: boolean): DkimError {
  return new DkimError(
    'input-unreadable',
    `${list === '-' ? 'standard input' : list} is no list of files: a name in it has more than ${MAX_PATH} bytes`,
    nul ? 'with -0 a NUL ends each name, as find -print0 writes it' : 'each name is a line; add -0 if a NUL ends each',
  )
}
