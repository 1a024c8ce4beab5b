import { execFileSync, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PIECE } from '../../../src/commands/io/byte-source.js'
import { isTerminal, readPipe, readStandardInput } from '../../../src/commands/io/standard-input.js'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-stdin-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** Every octet is a function of its place, so that nothing can be lost, doubled or moved unseen. */
const content = Buffer.from(Array.from({ length: 5 * PIECE + 123 }, (_, index) => (index * 2_654_435_761) >>> 24))

async function all(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const copies: Buffer[] = []
  for await (const chunk of chunks) copies.push(Buffer.from(chunk))
  return Buffer.concat(copies)
}

const untouched = (): Readable => {
  throw new Error('the stream was touched')
}

/** A pipe with a name, and a shell that writes into it. */
function pipe(command: string, ...argv: string[]): string {
  const path = join(folder, 'pipe')
  execFileSync('mkfifo', [path])
  spawn('sh', ['-c', `exec > "$0"; ${command}`, path, ...argv], { stdio: 'ignore' })
  return path
}

describe('standard input', () => {
  it('is read from the descriptor of a file, from where that stands', async () => {
    const path = join(folder, 'file')
    writeFileSync(path, content)
    const fd = openSync(path, 'r')
    try {
      readSync(fd, Buffer.alloc(100))
      const context = {
        get stdin() {
          return untouched()
        },
        stdinFd: fd,
      }
      expect((await all(readStandardInput(context))).equals(content.subarray(100))).toBe(true)
      expect(isTerminal(context)).toBe(false)
    } finally {
      closeSync(fd)
    }
  })

  it('is read from a pipe, whatever the pace of the writer', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, content)
    const fd = openSync(pipe('head -c 10 "$1"; sleep 0.05; tail -c +11 "$1"', file), 'r')
    expect((await all(readPipe(fd))).equals(content)).toBe(true)
  })

  it('is read whole where the writer is always ahead', async () => {
    const file = join(folder, 'file')
    const long = Buffer.concat(Array.from({ length: 20 }, () => content))
    writeFileSync(file, long)
    expect((await all(readPipe(openSync(pipe('cat "$1"', file), 'r')))).equals(long)).toBe(true)
  })

  it('gives way to signals and timers where it never ends', async () => {
    let heard = false
    setTimeout(() => {
      heard = true
    }, 20)
    for await (const chunk of readPipe(openSync(pipe('cat /dev/zero'), 'r'))) {
      expect(chunk.length).toBeGreaterThan(0)
      if (heard) break
    }
    expect(heard).toBe(true)
  })

  it('is empty where the writer says nothing', async () => {
    expect(await all(readPipe(openSync(pipe(':'), 'r')))).toEqual(Buffer.alloc(0))
  })

  it('can be left in the middle', async () => {
    const fd = openSync(pipe('cat /dev/zero'), 'r')
    for await (const chunk of readPipe(fd)) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(() => readSync(fd, Buffer.alloc(1))).toThrow(/EBADF/)
  })

  it('is the stream where there is no descriptor, or one that is neither', async () => {
    const stdin = (): Readable => Readable.from([Buffer.from('text')])
    expect((await all(readStandardInput({ stdin: stdin() }))).toString()).toBe('text')
    const fd = openSync('/dev/null', 'r')
    try {
      expect((await all(readStandardInput({ stdin: stdin(), stdinFd: fd }))).toString()).toBe('text')
    } finally {
      closeSync(fd)
    }
    expect(isTerminal({ stdin: Object.assign(stdin(), { isTTY: true }) })).toBe(true)
  })
})
