// The state file on the disk: read with its schema checked, replaced as a whole or not at all.

import { existsSync } from 'node:fs'
import { DkimError, formatState, parseState, type RotationState } from '../../core/index.js'
import { openOutputFile } from '../output-file.js'
import { readSmallFile } from '../small-file.js'

export interface StateFile {
  readonly state: RotationState
  readonly original: unknown
}

const MAX_BYTES = 32 * 1024 * 1024

/** Undefined where there is no file yet. */
export function readStateFile(path: string): StateFile | undefined {
  if (!existsSync(path)) return undefined
  const options = { limit: MAX_BYTES, code: 'state-invalid', hint: '--state takes the file of a plan' } as const
  const text = readSmallFile(path, options).toString('utf8')
  try {
    return parseState(text)
  } catch (error) {
    if (error instanceof DkimError) throw new DkimError(error.code, `${path}: ${error.message}`, error.hint)
    throw error
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
