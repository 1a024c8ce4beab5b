// Files that are read whole: bounded before they are read, and never a pipe or a device that would keep a program waiting for ever.

import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { DkimError } from '../../core/errors.js'
import { textBytes } from '../../core/syntax/text-file.js'
import { type FaultOptions, unreadable } from './file-fault.js'

export interface SmallFileOptions extends FaultOptions {
  /** Octets; a larger file is something else. */
  readonly limit: number
}

/** Throws DkimError. */
export function readSmallFile(path: string, options: SmallFileOptions): Buffer {
  const { limit, code = 'input-unreadable', hint = 'check the name' } = options
  let fd: number | undefined
  try {
    // Without O_NONBLOCK, opening a pipe that nobody writes to waits, and not even a signal gets through.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stats = fstatSync(fd)
    if (stats.isDirectory()) throw new DkimError(code, `cannot read ${path}: it is a directory`, hint)
    if (!stats.isFile()) throw new DkimError(code, `${path} is not a regular file`, hint)
    if (stats.size > limit) throw new DkimError(code, `${path} is larger than ${limit} bytes`, hint)
    return readFileSync(fd)
  } catch (error) {
    throw unreadable(path, error, options)
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** A text in UTF-8, with or without a byte order mark. Throws DkimError, for UTF-16 too. */
export function readTextFile(path: string, options: SmallFileOptions): string {
  const bytes = readSmallFile(path, options)
  return Buffer.from(textBytes(bytes, path, options.code ?? 'input-unreadable')).toString('utf8')
}
