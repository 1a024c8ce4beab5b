// Files that are read whole: bounded before they are read, and never a pipe or a device that would keep a program waiting for ever.
// For a file that holds a secret, who else may read it is checked on the opened file.

import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, type Stats, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
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

/** No key is longer; a larger file is something else. */
const MAX_SIZE = 64 * 1024

interface SecretFileOptions {
  readonly what?: 'key' | 'passphrase'
  readonly hint?: string
}

export interface SecretFile {
  readonly bytes: Buffer
  /** Why the file is less secret than it should be; empty where nothing is wrong. */
  readonly exposures: readonly string[]
}

/**
 * Reads a whole small regular file. Throws DkimError; nothing of the content is in any error. `what` names its purpose, `hint` is
 * for a file that is not there.
 */
export function readSecretFile(path: string, { what = 'key', hint }: SecretFileOptions = {}): SecretFile {
  let fd: number | undefined
  try {
    // Without O_NONBLOCK, opening a pipe that nobody writes to waits for ever.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stats = fstatSync(fd)
    if (!stats.isFile())
      throw new DkimError('key-unreadable', `${path} is not a regular file`, `name the file of the ${what}`)
    if (stats.size > MAX_SIZE) {
      throw new DkimError(
        'key-unreadable',
        `${path} is too large for a ${what} (${MAX_SIZE / 1024} KiB)`,
        `name the file of the ${what}`,
      )
    }
    return { bytes: readAll(fd), exposures: exposuresOf(path, stats) }
  } catch (error) {
    throw unreadable(path, error, { code: 'key-unreadable', hint: hint ?? `check the name of the ${what} file` })
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

function readAll(fd: number): Buffer {
  const bytes = Buffer.alloc(MAX_SIZE)
  let length = 0
  for (let count = 1; count > 0 && length < MAX_SIZE; length += count)
    count = readSync(fd, bytes, length, MAX_SIZE - length, null)
  return bytes.subarray(0, length)
}

/** Reading by the group is usual: the mail system's own (0640). */
function exposuresOf(path: string, stats: Stats): string[] {
  if (process.platform === 'win32') return []
  const exposures: string[] = []
  if (stats.mode & 0o004) exposures.push('any user can read it: chmod 600')
  if (stats.mode & 0o022) exposures.push('other users can modify it: chmod 600')
  const owner = process.getuid?.()
  if (stats.uid !== 0 && stats.uid !== owner) exposures.push('it belongs to another user')
  const folder = statSync(dirname(resolve(path)))
  const sticky = (folder.mode & 0o1000) !== 0
  if ((folder.mode & 0o002) !== 0 && !sticky) exposures.push('any user can replace it: its directory is world-writable')
  return exposures
}
