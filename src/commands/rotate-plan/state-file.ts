// The state file on the disk: read with its schema checked, replaced as a whole or not at all.

import { existsSync } from 'node:fs'
import { DkimError } from '../../core/errors.js'
import { formatState, parseState, type RotationState } from '../../core/rotation/state.js'
import { changedMeanwhile, replaceOwnFile } from '../io/file-lock.js'
import { readTextFile } from '../io/small-file.js'

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
  const options = { limit: MAX_BYTES, code: 'state-invalid', hint: '--state takes a plan file' } as const
  return readTextFile(path, options)
}

/**
 * The new text appears under its name in one step: a reader sees the old file or the new one, never half of one. What another run
 * has written since `before` was read is not overwritten: it may be a confirmation, or another plan.
 */
export function writeStateFile(path: string, state: RotationState, before: StateFile | undefined): void {
  const text = formatState(state, before?.original)
  // What the next run would refuse is not written. The faults that this finds are in what was asked for, not in a file.
  checkReadable(text)
  replaceOwnFile(path, () => {
    if (readText(path) !== before?.text) throw changedMeanwhile(path)
    return Buffer.from(text)
  })
}

function checkReadable(text: string): void {
  try {
    parseState(text)
  } catch (error) {
    if (!(error instanceof DkimError)) throw error
    const what = /: (state.* is not .*)$/s.exec(error.message)?.[1] ?? error.message
    throw new DkimError(
      'usage',
      `this plan cannot be kept in a state file: ${what}`,
      'nothing was written; use other names',
    )
  }
}
