// What verify and sign read: paths, "-", directories, Maildir and mbox files become messages that can be read more than once.

import { closeSync, existsSync, open, openSync, type Stats, statSync } from 'node:fs'
import { DkimError } from '../../core/errors.js'
import { shellPath } from '../../core/syntax/shell-word.js'
import type { Context } from '../context.js'
import { type ByteSource, CutOff, fileSource, HEAD, PIECE, piecesOf, spool } from '../io/byte-source.js'
import { unreadable } from '../io/file-fault.js'
import { systemPath } from '../io/file-name.js'
import { isTerminal, readPipe, readStandardInput } from '../io/standard-input.js'
import { messageRange } from './emlx.js'
import { mailFiles } from './mail-folder.js'
import { BLANK, isMbox, messageRanges, unquoteFrom } from './mbox.js'

/** One message of the input, or why there is none: a batch goes on after one that cannot be read. */
export type Input = MessageInput | FailedInput

/** Valid until the next input is asked for. */
export interface MessageInput {
  /** The path, `-`, or for the third message of an mbox `box.mbox#3`. */
  readonly name: string
  /** True where the argument names this one message, false where it is one of a directory's or an mbox's. */
  readonly alone: boolean
  readonly error?: undefined
  readonly deferred?: undefined
  readonly later?: undefined
  /** How far into its file the message ends, for one of an mbox: from 0 to 1. */
  readonly part?: number
  /** The mbox file ends in the middle of this message. */
  readonly torn?: true
  /** The file that holds this message as it is and nothing else, where there is one. */
  readonly path?: string | null
  /** In bytes; null where only reading tells. */
  readonly size: number | null
  /**
   * The bytes as they are stored, line ends included, from the first one on. A chunk is valid until the next one is asked for.
   * Throws a DkimError where reading fails in the middle. Can be called again, but for a stream read with `once`.
   */
  chunks(): Iterable<Buffer> | AsyncIterable<Buffer>
}

export interface FailedInput {
  readonly name: string
  readonly alone: boolean
  readonly error: DkimError
  readonly deferred?: undefined
  readonly later?: undefined
  readonly part?: number
}

/** Location of a message, for another thread to open. */
export interface DeferredInput {
  readonly name: string
  readonly alone: boolean
  readonly error?: undefined
  readonly part?: number
  readonly later?: undefined
  readonly deferred: { readonly path: string; readonly start: number; readonly end: number; readonly unquote: boolean }
}

/** What has to be waited for, standing where its messages belong. */
export interface LaterInputs {
  readonly deferred?: undefined
  readonly later: AsyncIterable<Input>
}

export interface InputOptions {
  /** `chunks()` is called once only: a long stream is not copied to a file first. */
  readonly once?: boolean
  /** Undo the `>From ` quoting of mbox files. */
  readonly unquoteMbox?: boolean
  /** A single message is wanted: directories and mbox files are errors. */
  readonly single?: boolean
}

export interface DeferringOptions extends InputOptions {
  /** Asked before each message of a file: true leaves opening it to the caller. */
  readonly defer: () => boolean
}

/** The inputs that `paths` name, in their order; standard input where there is no path. */
export async function* readInputs(
  paths: readonly string[] | AsyncIterable<string>,
  context: InputContext,
  options: InputOptions = {},
): AsyncGenerator<Input> {
  for await (const inputs of readEach(paths, context, options)) {
    for (const input of inputs) {
      if (input.later !== undefined) yield* input.later
      // Nothing is deferred unless requested.
      else if (input.deferred === undefined) yield input
    }
  }
}

type InputContext = Pick<Context, 'stdin' | 'stdinFd' | 'signal'>
type Options = InputOptions & Partial<DeferringOptions>
export type Found = Input | DeferredInput | LaterInputs

/** The same path by path: most messages need no promise, which a batch would pay for each of them. */
export async function* readEach(
  paths: readonly string[] | AsyncIterable<string>,
  context: InputContext,
  options: Options,
): AsyncGenerator<Iterable<Found>> {
  const nothingNamed = Array.isArray(paths) && paths.length === 0
  // Never wait silently for terminal input unless "-" was given.
  if (nothingNamed && isTerminal(context)) {
    throw new DkimError('usage', 'no message given', 'name a file, or - to read one from standard input')
  }
  for await (const path of nothingNamed ? ['-'] : paths) yield uninterrupted(readPath(path, context, options), context)
}

function* uninterrupted(found: Iterable<Found>, { signal }: InputContext): Generator<Found> {
  for (const input of found) {
    signal.throwIfAborted()
    yield input.later === undefined ? input : { later: uninterruptedLater(input.later, signal) }
  }
}

async function* uninterruptedLater(inputs: AsyncIterable<Input>, signal: AbortSignal): AsyncGenerator<Input> {
  for await (const input of inputs) {
    signal.throwIfAborted()
    yield input
  }
}

function* readPath(path: string, context: InputContext, options: Options): Generator<Found> {
  try {
    if (path === '-') return yield later(path, true, () => readStream(path, readStandardInput(context), options))
    const stats = statSync(systemPath(path))
    if (stats.isDirectory()) yield* readDirectory(path, options)
    else if (stats.isFile()) yield* readFile(path, true, options)
    // A pipe, as `<(command)` of the shell makes them.
    else if (stats.isFIFO()) yield later(path, true, () => readNamedPipe(path, options))
    else throw notAFile(path, stats)
  } catch (error) {
    yield { name: path, alone: true, error: unreadable(path, error, mboxHint(path)) }
  }
}

/** The name that reports have for one message of an mbox is not that of a file. */
function mboxHint(path: string): { hint?: string } {
  const box = /^(.+)#\d+$/s.exec(path)?.[1]
  if (box === undefined || !existsSync(box)) return {}
  return { hint: `messages inside an mbox cannot be named: pass ${box}` }
}

/** What cannot be read is an input as well. */
function later(name: string, alone: boolean, open: () => AsyncIterable<Input>): LaterInputs {
  return { later: readLater(name, alone, open) }
}

async function* readLater(name: string, alone: boolean, open: () => AsyncIterable<Input>): AsyncGenerator<Input> {
  try {
    yield* open()
  } catch (error) {
    yield { name, alone, error: unreadable(name, error) }
  }
}

function* readDirectory(path: string, options: Options): Generator<Found> {
  if (options.single) {
    throw new DkimError('input-unreadable', `${path} is a directory`, 'pass a single message file')
  }
  let empty = true
  for (const { path: file, error } of mailFiles(path)) {
    empty = false
    try {
      if (error !== undefined) throw error
      yield* readFile(file, false, options)
    } catch (fault) {
      yield { name: file, alone: false, error: unreadable(file, fault) }
    }
  }
  if (empty) {
    throw new DkimError(
      'input-not-a-message',
      `no mail found in ${path}`,
      `in a directory, mail is what ends in .eml or .mbox (or .gz behind that) or has no ending; name other files themselves: ${shellPath(path)}/*`,
    )
  }
}

function* readFile(path: string, alone: boolean, options: Options): Generator<Found> {
  const fd = openSync(systemPath(path), 'r')
  let source: ByteSource
  try {
    source = fileSource(fd, path, options.defer?.() ? HEAD : PIECE)
  } catch (error) {
    closeSync(fd)
    throw error
  }
  try {
    if (isGzip(source.head)) yield later(path, alone, () => readGzip(source, path, options))
    else yield* messagesOf(source, path, alone, options)
  } finally {
    source.close()
  }
}

/** A mailbox that was put by; like a stream it is read once, from its beginning to its end. */
async function* readGzip(source: ByteSource, path: string, options: Options): AsyncGenerator<Input> {
  const { gunzip } = await import('./gzip.js')
  yield* readStream(path, gunzip(source.pieces(), path), options)
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b
}

async function* readNamedPipe(path: string, options: Options): AsyncGenerator<Input> {
  // Waits for the writer, but not on the main thread.
  const fd = await new Promise<number>((resolve, reject) => {
    open(systemPath(path), 'r', (error, opened) => (error === null ? resolve(opened) : reject(error)))
  })
  yield* readStream(path, readPipe(fd), options)
}

async function* readStream(name: string, stream: AsyncIterable<Buffer>, options: Options): AsyncGenerator<Input> {
  const chunks = stream[Symbol.asyncIterator]()
  try {
    if (!options.once) return yield* readSpooled(name, { [Symbol.asyncIterator]: () => chunks }, options)
    const start = await readStart(chunks)
    const fault = faultOf(start.bytes, name)
    if (fault !== undefined) throw fault
    if (!start.done && !isMbox(start.bytes)) {
      yield { name, alone: true, size: null, chunks: () => continued(start.bytes, chunks) }
    } else yield* readSpooled(name, continued(start.bytes, chunks), options)
  } finally {
    await chunks.return?.()
  }
}

/** Of a mailbox that is cut off, the messages before the cut are there, and then the fault. */
async function* readSpooled(name: string, stream: AsyncIterable<Buffer>, options: Options): AsyncGenerator<Input> {
  let fault: CutOff | undefined
  const upToCut = async function* (): AsyncGenerator<Buffer> {
    try {
      yield* stream
    } catch (error) {
      if (!(error instanceof CutOff)) throw error
      fault = error
    }
  }
  const source = await spool(upToCut(), name)
  try {
    if (fault !== undefined && !isMbox(source.head)) throw fault
    // A stream has no name under which a thread could open it: nothing of it is deferred.
    const inputs = messagesOf(source, name, true, options) as Iterable<Input>
    yield* fault === undefined ? inputs : allButLast(inputs)
    if (fault !== undefined) throw fault
  } finally {
    source.close()
  }
}

function* allButLast(inputs: Iterable<Input>): Generator<Input> {
  let before: Input | undefined
  for (const input of inputs) {
    if (before !== undefined) yield before
    before = input
  }
}

/** The first bytes of a stream, enough to tell what it is. */
async function readStart(chunks: AsyncIterator<Buffer>): Promise<{ bytes: Buffer; done: boolean }> {
  const read: Buffer[] = []
  for (let size = 0; size < HEAD; ) {
    const next = await chunks.next()
    if (next.done) return { bytes: Buffer.concat(read), done: true }
    read.push(Buffer.from(next.value))
    size += next.value.length
  }
  return { bytes: Buffer.concat(read), done: false }
}

async function* continued(start: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield start
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
}

function* messagesOf(source: ByteSource, name: string, alone: boolean, options: Options): Generator<Found> {
  const fault = faultOf(source.head, name)
  if (fault !== undefined) throw fault
  if (!isMbox(source.head)) {
    const { start, end } = messageRange(source, name)
    if (source.path !== null && options.defer?.()) {
      yield { name, alone, deferred: { path: source.path, start, end, unquote: false } }
    } else {
      const path = end - start === source.size ? source.path : null
      yield { name, alone, path, size: end - start, chunks: () => source.pieces(start, end) }
    }
    return
  }
  if (options.single) {
    throw new DkimError(
      'input-not-a-message',
      `${name} is an mbox file, not one message`,
      `to take its first message out: formail -1 -s${name === '-' ? '' : ` < ${shellPath(name)}`}, or remove the line at its start that begins with "From "`,
    )
  }
  yield* mboxMessages(source, name, options)
}

function* mboxMessages(source: ByteSource, box: string, options: Options): Generator<Found> {
  const unquote = options.unquoteMbox === true
  for (const { number, start, end, torn } of messageRanges(source)) {
    const name = `${box}#${number}`
    const part = end >= source.size - BLANK ? 1 : end / source.size
    if (start === end)
      yield {
        name,
        alone: false,
        error: new DkimError('input-not-a-message', `${name} is empty`, 'a message needs at least a header'),
      }
    else if (source.path !== null && !torn && options.defer?.()) {
      yield { name, alone: false, part, deferred: { path: source.path, start, end, unquote } }
    } else {
      const chunks = () => (unquote ? unquoteFrom(source.pieces(start, end)) : source.pieces(start, end))
      const size = unquote ? null : end - start
      yield torn ? { name, alone: false, part, size, chunks, torn } : { name, alone: false, part, size, chunks }
    }
  }
}

/** The error for a message truncated by the end of its mbox. */
export function tornMessage({ name }: MessageInput): DkimError {
  return new DkimError(
    'input-unreadable',
    `${name} is truncated: the mbox ends in the middle of it`,
    'download or copy it again; if nothing is missing, add the final newline: echo >> FILE',
  )
}

/** Opens a deferred message; consecutive messages of the same file share its descriptor. */
export class DeferredReader {
  #path: string | null = null
  #fd = -1
  #scratch: Buffer | null = null

  open({ name, alone, deferred }: DeferredInput): MessageInput | FailedInput {
    const { path, start, end, unquote } = deferred
    try {
      if (path !== this.#path) this.#reopen(path)
    } catch (error) {
      return { name, alone, error: unreadable(path, error) }
    }
    this.#scratch ??= Buffer.allocUnsafeSlow(PIECE)
    const pieces = piecesOf(this.#fd, path, { start, end }, this.#scratch)
    return { name, alone, size: unquote ? null : end - start, chunks: () => (unquote ? unquoteFrom(pieces) : pieces) }
  }

  #reopen(path: string): void {
    this.#path = null
    if (this.#fd !== -1) closeSync(this.#fd)
    this.#fd = -1
    this.#fd = openSync(systemPath(path), 'r')
    this.#path = path
  }
}

const FROM_MAILBOX = 'export the message again as an .eml file'
const UNPACK = 'decompress it first'

/** How files begin that people take for messages, in latin1. */
const FOREIGN: readonly (readonly [start: RegExp, what: string, hint: string])[] = [
  [
    /^\xef\xbb\xbf/,
    'starts with a UTF-8 byte order mark, which no message has',
    'save the file without a BOM, or export the message again',
  ],
  [/^(?:\xff\xfe|\xfe\xff|[^\0]\0[^\0]\0|\0[^\0]\0[^\0])/, 'is text in UTF-16, not a message', FROM_MAILBOX],
  [/^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/, 'is an Outlook .msg file: it does not contain the signed bytes', FROM_MAILBOX],
  [/^PK\x03\x04/, 'is a ZIP archive, not a message', UNPACK],
  [/^BZh[1-9]1AY&SY/, 'is compressed with bzip2', UNPACK],
  [/^\xfd7zXZ\0/, 'is compressed with xz', UNPACK],
  [/^\x28\xb5\x2f\xfd/, 'is compressed with zstd', UNPACK],
  [/^\s{0,20}(?:<!doctype html|<html|<head|<body)/i, 'is a web page (HTML), not a message', FROM_MAILBOX],
  [/^\s{0,20}(?:\{\s*["}]|\[\s*[{"\]])/, 'is JSON, not a message', FROM_MAILBOX],
  [/^(?:\x89PNG|\xff\xd8\xff|GIF8[79]a)/, 'is an image, not a message', FROM_MAILBOX],
  [/^(?:\x7fELF|MZ[^\r\n:]*\0|#!\s*\/)/, 'is a program, not a message', FROM_MAILBOX],
  [/^-----BEGIN [A-Z ]*KEY/, 'is a key file, not a message', FROM_MAILBOX],
  [
    /^(?:\$(?:ORIGIN|TTL)[ \t]|[\w.-]+[ \t]+(?:\d+[ \t]+)?(?:IN[ \t]+)?TXT[ \t])/i,
    'is a zone file, not a message',
    FROM_MAILBOX,
  ],
  [/^%PDF-/, 'is a PDF document, not a message', FROM_MAILBOX],
]

/** What is wrong with a file that no message starts like. */
function faultOf(head: Buffer, name: string): DkimError | undefined {
  const shown = name === '-' ? 'standard input' : name
  const fault = (what: string, hint: string) => new DkimError('input-not-a-message', `${shown} ${what}`, hint)
  if (head.length === 0) return fault('is empty', 'a message needs at least a header')
  const start = head.toString('latin1', 0, 128)
  // File names in front are padded with NUL, which no header has.
  if (head.toString('latin1', 257, 262) === 'ustar' && head.subarray(0, 257).includes(0))
    return fault('is a tar archive, not a message', UNPACK)
  const foreign = FOREIGN.find(([begin]) => begin.test(start))
  if (foreign !== undefined) return fault(foreign[1], foreign[2])
  if (/^From (?![ \t]*:)/.test(start) && !isMbox(head)) {
    return fault(
      'starts with a "From …" line, which is not a header field',
      'looks like mbox, but the line has no date: if the rest is one message, delete it',
    )
  }
  return undefined
}

function notAFile(path: string, stats: Stats): DkimError {
  const kind = stats.isSocket() ? 'a socket' : 'a device'
  return new DkimError(
    'input-unreadable',
    `${path} is ${kind}, not a message`,
    'name a file, a directory, or - for stdin',
  )
}
