// --save: what was seen, appended to a zone file, so that mail still verifies after the key has gone from DNS.

import { existsSync } from 'node:fs'
import type { TxtAnswer } from '../../core/dns/resolver.js'
import { readZone } from '../../core/dns/zone-file.js'
import { DkimError } from '../../core/errors.js'
import { DNS_LIMITS } from '../../core/limits.js'
import { toZoneLines } from '../../report/records/zone-file.js'
import { replaceOwnFile } from '../io/file-lock.js'
import { readSmallFile } from '../io/small-file.js'

const HINT = '--save takes a zone file to append to'

/** What the file says already is not written again: appending twice changes nothing. What it holds stays, byte for byte. */
export function appendSeen(file: string, answer: TxtAnswer, when: Date): void {
  if (answer.status !== 'found') return
  replaceOwnFile(file, () => {
    const existing = readExisting(file)
    refuseForeign(existing, file)
    const text = existing.toString('latin1')
    const lines = toZoneLines(answer).filter(line => !text.includes(line))
    if (lines.length === 0) return undefined
    const gap = text === '' || text.endsWith('\n') ? '' : '\n'
    const block = `${gap}; seen ${when.toISOString().slice(0, 19)}Z\n${lines.join('\n')}\n`
    return Buffer.concat([existing, Buffer.from(block, 'latin1')])
  })
}

/** A file that is no zone file is not touched, nor one in the JSON form: lines after it would break it. */
function refuseForeign(existing: Buffer, file: string): void {
  readZone(existing, file)
  if (/^(?:\xef\xbb\xbf)?[ \t\r\n]*[{[]/.test(existing.toString('latin1', 0, 4096)))
    throw new DkimError('output-failed', `${file} is JSON, to which no lines can be appended`, HINT)
}

/** Empty where there is no file yet. */
function readExisting(file: string): Buffer {
  if (!existsSync(file)) return Buffer.alloc(0)
  return readSmallFile(file, { limit: DNS_LIMITS.zoneBytes, code: 'output-failed', hint: HINT })
}
