// Directories with all that is missing above them.

import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { isFileError } from './file-fault.js'

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
