// The state file on the disk: read with its schema checked, replaced as a whole or not at all.

import { readFileSync, statSync } from 'node:fs'
import { DkimError, formatState, parseState, type RotationState } from '../../core/index.js'
import { isFileError, unreadable } from '../file-fault.js'
import { openOutputFile } from '../output-file.js'

export interface StateFile {
  readonly state: RotationState
  readonly original: unknown
}

const MAX_BYTES = 32 * 1024 * 1024

/** Undefined where there is no file yet. */
export function readStateFile(path: string): StateFile | undefined {
  try {
    if (statSync(path).size > MAX_BYTES)
      throw new DkimError('state-invalid', 'too large for a state file', 'name the file that --state wrote')
    return parseState(readFileSync(path, 'utf8'))
  } catch (error) {
    if (isFileError(error) && error.code === 'ENOENT') return undefined
    if (error instanceof DkimError) throw new DkimError(error.code, `${path}: ${error.message}`, error.hint)
    throw unreadable(path, error, { code: 'state-invalid', hint: '--state takes the file of a plan' })
  }
}

/** The new text appears under its name in one step: a reader sees the old file or the new one, never half of one. */
export function writeStateFile(path: string, state: RotationState, original: unknown): void {
  writeWhole(path, formatState(state, original))
}

export function writeWhole(path: string, text: string): void {
  const file = openOutputFile(path)
  try {
    file.write(Buffer.from(text))
    file.commit()
  } finally {
    file.abandon()
  }
}
