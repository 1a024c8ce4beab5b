// The line that tells how far a batch is: rate and time left, and what counts as a file.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { countFiles, Progress } from '../../../src/commands/io/progress.js'
import { testContext } from '../../support/context.js'

let folder = ''
const at = (name: string) => join(folder, name)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-progress-'))
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true, force: true })
})

const DONE = 1
/** So many messages of files of their own. */
const whole = (messages: number) => new Array<number>(messages).fill(DONE)
/** So many messages of an mbox; the last one ends at `part` of it. */
const inside = (messages: number, part: number) => [...new Array<number>(messages - 1).fill(part / 2), part]

/** What stands on the terminal after each step. */
function shown(count: () => number | null, steps: readonly (readonly number[])[]) {
  let line = ''
  const write = (text: string): boolean => {
    line = text.replace('\r\u001b[K', '')
    return true
  }
  const stderr = { isTTY: true, columns: 80, write }
  const context = { ...testContext(), env: { TERM: 'xterm' }, stderr: stderr as unknown as NodeJS.WriteStream }
  const progress = new Progress(context, count, true)
  return steps.map(step => {
    vi.advanceTimersByTime(1000)
    progress.step(step)
    return line
  })
}

describe('progress', () => {
  it('has the rate, and the time left of files', () => {
    expect(shown(() => 400, [whole(100), whole(100), whole(200)])).toEqual([
      '100 messages, 100 a second, 3 s left',
      '200 messages, 100 a second, 2 s left',
      '400 messages, 133 a second',
    ])
  })

  it('counts an mbox as one file, whatever stands in it', () => {
    expect(shown(() => 2, [inside(64, 0.5), [DONE, ...inside(63, 0.25)], inside(64, 0.75)])).toEqual([
      '64 messages, 64 a second, 3 s left',
      '128 messages, 64 a second, 1 s left',
      '192 messages, 64 a second, 1 s left',
    ])
  })

  it('has the rate alone where nobody knows how many there are, or there were more', () => {
    expect(shown(() => null, [whole(64)])).toEqual(['64 messages, 64 a second'])
    expect(shown(() => 10, [whole(64)])).toEqual(['64 messages, 64 a second'])
  })

  it('counts files, those in folders, and the names of lists', () => {
    mkdirSync(at('mail'))
    for (const name of ['a.eml', 'b.mbox', 'c.txt']) writeFileSync(at(`mail/${name}`), 'x')
    writeFileSync(at('list'), 'a\nb\nc\n')
    writeFileSync(at('nuls'), 'a\0b\n\0')
    expect(countFiles([at('mail'), at('mail/c.txt')])).toBe(3)
    expect(countFiles([at('mail')], [at('list')])).toBe(5)
    expect(countFiles([], [at('nuls')], true)).toBe(2)
    expect(countFiles([])).toBe(1)
    expect(countFiles(['-'])).toBeNull()
    expect(countFiles([], ['-'])).toBeNull()
    expect(countFiles([at('none')])).toBeNull()
    expect(countFiles([], [at('none')])).toBeNull()
  })
})
