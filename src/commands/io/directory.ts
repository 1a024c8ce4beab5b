// Directories with all that is missing above them.

import { existsSync, lstatSync, mkdirSync, type Stats, statSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { DkimError } from '../../core/errors.js'
import { isFileError, unwritable } from './file-fault.js'

/**
 * Makes the directory where it is missing. Throws errors of the file system. mkdirSync of Node with `recursive` never comes back where
 * a file system says ENOENT of a directory whose parent is there, as /proc and automounters do.
 */
export function makeDirectory(path: string, mode = 0o777): void {
  if (isDirectory(path)) return
  try {
    mkdirSync(path, { mode })
  } catch (error) {
    const above = dirname(path)
    const isMissing = isFileError(error) && error.code === 'ENOENT' && above !== path && !existsSync(above)
    // Another program can have made it meanwhile.
    if (!isMissing && isDirectory(path)) return
    if (!isMissing) throw error
    makeDirectory(above, mode)
    makeDirectory(path, mode)
  }
}

export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

/** Makes the directory that a person named (`option`) where it is missing; refuses one in which every user can replace files. */
export function prepareDirectory(path: string, option = '--out-dir', mode = 0o700): void {
  try {
    makeDirectory(path, mode)
    refuseShared(path, statSync(path), option)
  } catch (error) {
    throw unwritable(path, error)
  }
}

/** Makes `below`, a relative path, in `directory`, and follows no link on the way: others may have put it there. */
export function prepareBelow(directory: string, below: string, option = '--out-dir', mode = 0o775): void {
  let path = directory
  for (const name of below.split(sep).filter(part => part !== '' && part !== '.')) {
    path = join(path, name)
    try {
      prepareOne(path, option, mode, statSync(directory).uid)
    } catch (error) {
      throw unwritable(path, error)
    }
  }
}

/** `owner` is that of the directory that was named: like root, they could do anything with what is in it. */
function prepareOne(path: string, option: string, mode: number, owner: number): void {
  try {
    mkdirSync(path, { mode })
  } catch (error) {
    if (!isFileError(error) || error.code !== 'EEXIST') throw error
  }
  const existing = lstatSync(path)
  const fault = (what: string): DkimError =>
    new DkimError('output-failed', `cannot write below ${path}: ${what}`, `use another directory with ${option}`)
  if (existing.isSymbolicLink()) throw fault('it is a symbolic link')
  if (!existing.isDirectory()) throw fault('it is not a directory')
  if (![process.getuid?.(), 0, owner].includes(existing.uid)) throw fault('it belongs to another user')
  refuseShared(path, existing, option)
}

function refuseShared(path: string, { mode }: Stats, option: string): void {
  const everyoneWrites = (mode & 0o002) !== 0
  const sticky = (mode & 0o1000) !== 0
  if (process.platform === 'win32' || !everyoneWrites || sticky) return
  throw new DkimError(
    'output-failed',
    `every user can replace files in ${path}`,
    `choose another directory with ${option}, or take that right away: chmod o-w`,
  )
}
