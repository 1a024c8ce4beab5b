import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PIECE, SPOOL_LIMIT } from '../../../src/commands/io/byte-source.js'
import { type Input, type InputOptions, readInputs } from '../../../src/commands/mail/input.js'

const MESSAGE = 'From: alice@example.com\r\nSubject: hello\r\n\r\nbody\r\n'
const FROM = 'From alice@example.com Thu Jan  1 12:00:00 2026\n'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-input-'))
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

function file(name: string, content: string | Buffer = MESSAGE): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  return path
}

async function bytesOf(input: Input): Promise<Buffer> {
  if (input.error !== undefined) throw input.error
  const chunks: Buffer[] = []
  for await (const chunk of input.chunks()) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

interface Read {
  readonly name: string
  readonly alone: boolean
  readonly text?: string
  readonly code?: string
}

/** Everything that `paths` name; each message is read twice where that is promised. */
async function read(
  paths: readonly string[],
  options: InputOptions = {},
  stdin: Iterable<string | Buffer> = [],
): Promise<Read[]> {
  const context = { stdin: Readable.from(stdin, { objectMode: false }), signal: new AbortController().signal }
  const found: Read[] = []
  for await (const input of readInputs(paths, context, options)) {
    const { alone } = input
    const name = input.name.replace(`${folder}/`, '')
    if (input.error !== undefined) found.push({ name, alone, code: input.error.code })
    else {
      const text = (await bytesOf(input)).toString('latin1')
      if (!options.once) expect((await bytesOf(input)).toString('latin1')).toBe(text)
      if (input.size !== null) expect(text.length).toBe(input.size)
      found.push({ name, alone, text })
    }
  }
  return found
}

describe('files', () => {
  it('reads one message', async () => {
    expect(await read([file('a.eml')])).toEqual([{ name: 'a.eml', alone: true, text: MESSAGE }])
  })

  it.each([PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7])('reads %i bytes in pieces', async size => {
    const content = Buffer.alloc(size, 'From: a@example.com\r\nX-Line: 0123456789\r\n', 'latin1')
    const [found] = await read([file('big.eml', content)])
    expect(found?.text === content.toString('latin1')).toBe(true)
  })

  it('keeps the first piece of a message as it was', async () => {
    const content = Buffer.concat([Buffer.from(MESSAGE), Buffer.alloc(3 * PIECE, 'x')])
    const context = { stdin: Readable.from([]), signal: new AbortController().signal }
    for await (const input of readInputs([file('big.eml', content)], context)) {
      if (input.error !== undefined) throw input.error
      let first: Buffer | undefined
      for await (const chunk of input.chunks()) first ??= chunk
      expect(first?.equals(content.subarray(0, PIECE))).toBe(true)
    }
  })

  it('goes on after an input that cannot be read', async () => {
    const found = await read([join(folder, 'missing.eml'), file('empty.eml', ''), '/dev/null', file('a.eml')])
    expect(found.map(input => input.code)).toEqual([
      'input-unreadable',
      'input-not-a-message',
      'input-unreadable',
      undefined,
    ])
  })

  it('reports a file that became shorter while it was read', async () => {
    const path = file('shrinking.eml', Buffer.alloc(3 * PIECE, 'A: b\r\n'))
    const context = { stdin: Readable.from([]), signal: new AbortController().signal }
    for await (const input of readInputs([path], context)) {
      truncateSync(path, PIECE)
      await expect(bytesOf(input)).rejects.toMatchObject({ code: 'input-unreadable' })
    }
  })

  it.each<[string, Buffer]>([
    ['a UTF-8 byte order mark', Buffer.from(`\ufeff${MESSAGE}`)],
    ['UTF-16 with its mark', Buffer.from(`\ufeff${MESSAGE}`, 'utf16le')],
    ['UTF-16 without its mark', Buffer.from(MESSAGE, 'utf16le')],
    ['UTF-16, the other way', Buffer.from(MESSAGE, 'utf16le').swap16()],
    ['Outlook .msg', Buffer.from('d0cf11e0a1b11ae10000', 'hex')],
    ['ZIP', Buffer.from('PK\x03\x04 and more')],
    ['bzip2', Buffer.from('BZh91AY&SY and more')],
    ['xz', Buffer.from('fd377a585a0000', 'hex')],
    ['zstd', Buffer.from('28b52ffd00', 'hex')],
    ['PDF', Buffer.from('%PDF-1.7\n')],
    ['a From line that is no From_ line', Buffer.from(`From alice\r\n${MESSAGE}`)],
  ])('P-12, P-13 refuses %s', async (_, content) => {
    for (const options of [{}, { once: true }, { single: true }]) {
      const paths = [file('a.eml', content), '-']
      expect(await read(paths, options, [content])).toMatchObject([
        { code: 'input-not-a-message' },
        { name: '-', code: 'input-not-a-message' },
      ])
    }
  })

  it('takes "From :" for the header field it is', async () => {
    expect(await read([file('a.eml', `From : a@example.com\r\n\r\n`)])).toMatchObject([{ name: 'a.eml', alone: true }])
  })
})

describe('standard input', () => {
  it('is read where no path is given, and for -', async () => {
    expect(await read([], {}, [MESSAGE])).toEqual([{ name: '-', alone: true, text: MESSAGE }])
    expect(await read(['-'], { once: true }, [MESSAGE])).toEqual([{ name: '-', alone: true, text: MESSAGE }])
  })

  it('reports an empty one', async () => {
    expect(await read(['-'])).toMatchObject([{ name: '-', code: 'input-not-a-message' }])
    expect(await read(['-'], { once: true })).toMatchObject([{ name: '-', code: 'input-not-a-message' }])
  })

  it.each([SPOOL_LIMIT - 1, SPOOL_LIMIT, SPOOL_LIMIT + 1, 2 * SPOOL_LIMIT + 3])('spools %i bytes', async size => {
    // A directory for temporary files of its own: other programs make and remove theirs meanwhile.
    vi.stubEnv('TMPDIR', folder)
    const content = Buffer.alloc(size, MESSAGE)
    const chunks = Array.from({ length: Math.ceil(size / 60_000) }, (_, index) =>
      content.subarray(index * 60_000, (index + 1) * 60_000),
    )
    const [found] = await read(['-'], {}, chunks)
    expect(found?.text === content.toString('latin1')).toBe(true)
    expect(readdirSync(folder)).toEqual([])
    const [streamed] = await read(['-'], { once: true }, chunks)
    expect(streamed?.text === content.toString('latin1')).toBe(true)
  })

  it('takes an mbox apart', async () => {
    const box = `${FROM}A: 1\n\n${FROM}A: 2\n`
    for (const once of [true, false]) {
      expect(await read(['-'], { once }, [box])).toEqual([
        { name: '-#1', alone: false, text: 'A: 1\n' },
        { name: '-#2', alone: false, text: 'A: 2\n' },
      ])
    }
  })

  it('reads a named pipe', async () => {
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    const writer = import('node:fs/promises').then(fs => fs.writeFile(path, MESSAGE))
    expect(await read([path])).toEqual([{ name: 'pipe', alone: true, text: MESSAGE }])
    await writer
  })
})

describe('directories', () => {
  it('finds mail by name, below as well, in a fixed order', async () => {
    for (const name of ['b.eml', 'a.EML', 'README.md', '.hidden.eml', 'sub/c.eml', 'sub/2', '.git/d.eml']) file(name)
    symlinkSync(folder, join(folder, 'circle'))
    symlinkSync(join(folder, 'b.eml'), join(folder, 'link.eml'))
    symlinkSync(join(folder, 'nowhere'), join(folder, 'broken.eml'))
    const found = await read([folder])
    const [broken, ...others] = found.toSorted((one, other) => Number('text' in one) - Number('text' in other))
    expect([broken?.name, 'text' in (broken ?? {})]).toEqual(['broken.eml', false])
    expect(others.map(({ name }) => name)).toEqual(['a.EML', 'b.eml', 'link.eml', 'sub/2', 'sub/c.eml'])
    expect(others.every(({ alone, text }) => !alone && text === MESSAGE)).toBe(true)
  })

  it('knows a Maildir', async () => {
    for (const name of ['cur/1.host:2,S', 'new/2.host', 'tmp/3.host', 'dovecot', '.Sent/cur/4.host:2,S']) file(name)
    mkdirSync(join(folder, '.Sent/new'))
    const found = await read([folder])
    expect(found.map(({ name }) => name)).toEqual(['.Sent/cur/4.host:2,S', 'cur/1.host:2,S', 'new/2.host'])
    expect((await read([join(folder, 'cur')])).map(({ name }) => name)).toEqual(['cur/1.host:2,S'])
    expect((await read([join(folder, '.Sent', 'cur', '.')])).map(({ name }) => name)).toEqual(['.Sent/cur/4.host:2,S'])
  })

  it('knows what is compressed, numbered, and of Apple Mail', async () => {
    for (const name of ['1.', '2.', 'x.y', 'cur/5.host']) file(name)
    writeFileSync(join(folder, 'a.eml.gz'), gzipSync(MESSAGE))
    writeFileSync(join(folder, 'b.mbox.gz'), gzipSync(`${FROM}A: 1\n\n${FROM}A: 2\n`))
    writeFileSync(join(folder, 'c.tar.gz'), gzipSync(MESSAGE))
    file('d.emlx', `${MESSAGE.length}      \n${MESSAGE}<?xml version="1.0"?>\n<plist/>\n`)
    file('e.emlx', `${MESSAGE.length + 1}\n${MESSAGE}`)
    file('f.emlx', MESSAGE)
    expect((await read([folder])).map(({ name, text, code }) => [name, text ?? code])).toEqual([
      ['1.', MESSAGE],
      ['2.', MESSAGE],
      ['a.eml.gz', MESSAGE],
      ['b.mbox.gz#1', 'A: 1\n'],
      ['b.mbox.gz#2', 'A: 2\n'],
      ['d.emlx', MESSAGE],
      ['e.emlx', 'input-unreadable'],
      ['f.emlx', MESSAGE],
    ])
  })

  it('takes mbox files in it apart, and goes on after a bad file', async () => {
    file('1.eml', '')
    file('2.mbox', `${FROM}A: 1\n\n${FROM}\n${FROM}A: 3\n`)
    expect(await read([folder])).toMatchObject([
      { name: '1.eml', code: 'input-not-a-message' },
      { name: '2.mbox#1', text: 'A: 1\n' },
      { name: '2.mbox#2', code: 'input-not-a-message' },
      { name: '2.mbox#3', text: 'A: 3\n' },
    ])
  })

  it('reports a directory without mail', async () => {
    file('README.md')
    expect(await read([folder])).toMatchObject([{ alone: true, code: 'input-not-a-message' }])
  })
})

describe('mbox', () => {
  it('names its messages, and reports an empty one', async () => {
    const path = file('box', `${FROM}A: 1\n\n${FROM}\n${FROM}A: 3\n\n>From x\n`)
    expect(await read([path])).toMatchObject([
      { name: 'box#1', alone: false, text: 'A: 1\n' },
      { name: 'box#2', alone: false, code: 'input-not-a-message' },
      { name: 'box#3', alone: false, text: 'A: 3\n\n>From x\n' },
    ])
    expect((await read([path], { unquoteMbox: true }))[2]).toMatchObject({ text: 'A: 3\n\nFrom x\n' })
  })

  it('reads a message longer than a piece, and those around it', async () => {
    const long = `A: 2\n\n${'x'.repeat(3 * PIECE)}\n`
    const path = file('box', `${FROM}A: 1\n\n${FROM}${long}\n${FROM}A: 3\n`)
    expect((await read([path])).map(({ text }) => text?.length)).toEqual([5, long.length, 5])
  })
})

describe('where one message is wanted', () => {
  it('refuses a directory and an mbox', async () => {
    const paths = [folder, file('box', `${FROM}A: 1\n`), file('a.eml')]
    expect(await read(paths, { single: true })).toMatchObject([
      { code: 'input-unreadable' },
      { code: 'input-not-a-message' },
      { alone: true, text: MESSAGE },
    ])
  })
})
