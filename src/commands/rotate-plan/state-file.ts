// The state file on the disk: read with its schema checked, replaced as a whole or not at all.

import { existsSync } from 'node:fs'
import { DkimError, formatState, parseState, type RotationState } from '../../core/index.js'
import { openOutputFile } from '../output-file.js'
import { readSmallFile } from '../small-file.js'
import { TemporaryTrouble } from './temporary-trouble.js'

export interface StateFile {
  readonly state: RotationState
  readonly original: unknown
  /** As it was read. */
  readonly text: string
}

const MAX_BYTES = 32 * 1024 * 1024

/** Undefined where there is no file yet. */
export function readStateFile(path: string): StateFile | undefined {
  const text = readText(path)
  if (text === undefined) return undefined
  try {
    return { ...parseState(text), text }
  } catch (error) {
    if (error instanceof DkimError) throw new DkimError(error.code, `${path}: ${error.message}`, error.hint)
    throw error
  }
}

function readText(path: string): string | undefined {
  if (!existsSync(path)) return undefined
  const options = { limit: MAX_BYTES, code: 'state-invalid', hint: '--state takes the file of a plan' } as const
  return readSmallFile(path, options).toString('utf8')
}

/**
 * The new text appears under its name in one step: a reader sees the old file or the new one, never half of one. What another run
 * has written since `before` was read is not overwritten: it may be a confirmation, or another plan.
 */
export function writeStateFile(path: string, state: RotationState, before: StateFile | undefined): void {
  if (readText(path) !== before?.text) {
    throw new TemporaryTrouble(`another run has changed ${path} in the meantime: nothing was written`, 'run it again')
  }
  const file = openOutputFile(path)
  try {
    file.write(Buffer.from(formatState(state, before?.original)))
    file.commit()
  } finally {
    file.abandon()
  }
}
