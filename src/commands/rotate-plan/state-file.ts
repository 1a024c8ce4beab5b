// The state file on the disk: read with its schema checked, replaced as a whole or not at all.

import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DkimError, formatState, parseState, type RotationState } from '../../core/index.js'

export interface StateFile {
  readonly state: RotationState
  readonly original: unknown
}

const MAX_BYTES = 32 * 1024 * 1024

/** Undefined where there is no file yet. */
export function readStateFile(path: string): StateFile | undefined {
  try {
    if (statSync(path).size > MAX_BYTES) throw new DkimError('state-invalid', `${path} is too large for a state file`)
    return parseState(readFileSync(path, 'utf8'))
  } catch (error) {
    if (isFileError(error) && error.code === 'ENOENT') return undefined
    if (isFileError(error)) throw new DkimError('state-invalid', `${path}: cannot be read (${error.code})`)
    throw error
  }
}

/** The new text appears under its name in one step: a reader sees the old file or the new one, never half of one. */
export function writeStateFile(path: string, state: RotationState, original: unknown): void {
  try {
    replaceFile(targetOf(path), formatState(state, original))
  } catch (error) {
    if (!isFileError(error)) throw error
    throw new DkimError('output-failed', `cannot write ${path} (${error.code})`, 'check the directory and its rights')
  }
}

/** A link keeps pointing at the file it points at. */
function targetOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

export function replaceFile(path: string, text: string): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.new`)
  const fd = openSync(temporary, 'wx', 0o600)
  try {
    try {
      const bytes = Buffer.from(text)
      for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error
}
