// --save: what was seen, appended to a zone file, so that mail still verifies after the key has gone from DNS.

import { appendFileSync, readFileSync, statSync } from 'node:fs'
import { DkimError, readZone, type TxtAnswer } from '../../core/index.js'
import { toZoneLines } from '../../report/zone-lines.js'
import { isFileError, unreadable, unwritable } from '../file-fault.js'

const HINT = '--save takes a zone file to append to'

/** What the file says already is not written again: appending twice changes nothing. */
export function appendSeen(file: string, answer: TxtAnswer, when: Date): void {
  if (answer.status !== 'found') return
  const existing = readExisting(file)
  // A file that is no zone file is not touched.
  if (existing !== null) readZone(existing, file)
  const text = existing?.toString('latin1') ?? ''
  const lines = toZoneLines(answer).filter(line => !text.includes(line))
  if (lines.length === 0) return
  const gap = text === '' || text.endsWith('\n') ? '' : '\n'
  const block = `${gap}; seen ${when.toISOString().slice(0, 19)}Z\n${lines.join('\n')}\n`
  try {
    appendFileSync(file, block, 'latin1')
  } catch (error) {
    throw unwritable(file, error)
  }
}

function readExisting(file: string): Buffer | null {
  try {
    if (!statSync(file).isFile()) throw new DkimError('output-failed', `${file} is no regular file`, HINT)
    return readFileSync(file)
  } catch (error) {
    if (isFileError(error) && error.code === 'ENOENT') return null
    throw unreadable(file, error, { code: 'output-failed', hint: HINT })
  }
}
