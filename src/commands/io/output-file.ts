// A file that appears whole or not at all: written beside its place under a random name, then renamed into it.

import {
  type BigIntStats,
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsync,
  fsyncSync,
  lstatSync,
  open,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  write,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { DkimError } from '../../core/errors.js'
import { isFileError, unwritable } from './file-fault.js'

const DEFAULT_MODE = 0o666
const ATTEMPTS = 10

export interface OutputFile {
  /** A promise where the reader of a pipe, or a device, has to be waited for. */
  write(chunk: Uint8Array): Promise<void> | undefined
  /** Puts the file into its place once the disk has it. */
  commit(): void
  /** The same without keeping this thread waiting. */
  commitLater(): Promise<void>
  /** Puts it into its place and leaves the disk to the system: for what can be made again. */
  place(): void
  /** Leaves everything as it was; without effect after one of these. */
  abandon(): void
}

/**
 * Opens the file that a person named for writing; what it holds stays until `commit`, its mode and owner for good, and a new file gets
 * `mode`. Links are followed. `signal` ends waiting for the reader of a pipe. Throws DkimError.
 */
export function openOutputFile(path: string, mode = DEFAULT_MODE, signal?: AbortSignal): OutputFile {
  return guarded(path, () => {
    const existing = statSync(path, { throwIfNoEntry: false })
    // /dev/null, a pipe: nothing there to replace.
    if (existing !== undefined && !existing.isFile()) return openStream(path, existing, signal)
    const target = existing === undefined ? path : realpathSync(path)
    return openReplacement({ path, target, existing, mode })
  })
}

/**
 * The same for a name that no person chose (--out-dir, --trace): a link there leads to what someone else meant to be written, and is
 * refused. One that appears later is replaced, not followed.
 */
export function openFileInDirectory(path: string, mode = DEFAULT_MODE): OutputFile {
  return guarded(path, () => {
    const existing = lstatSync(path, { throwIfNoEntry: false })
    if (existing !== undefined && !existing.isFile()) {
      const what = existing.isSymbolicLink() ? 'a symbolic link' : 'not a regular file'
      throw new DkimError('output-failed', `cannot write ${path}: it is ${what}`, 'remove it, or use another directory')
    }
    // The file of another user gives its place, not its owner and not its mode.
    const isOwn = existing?.uid === process.getuid?.()
    return openReplacement({ path, target: path, existing: isOwn ? existing : undefined, mode })
  })
}

/**
 * Refuses an output that is one of the files a run reads, under any name: replacing it would destroy a key, or the only copy of a
 * message. A number is the descriptor of standard input. Throws DkimError.
 */
export function refuseInput(output: string, inputs: Iterable<string | number>, hint = 'name another file'): void {
  const existing = statsOf(output)
  if (!existing?.isFile()) return
  for (const input of inputs) {
    const stats = statsOf(input)
    if (stats?.dev !== existing.dev || stats.ino !== existing.ino) continue
    throw new DkimError('output-exists', `cannot write ${output}: this command reads that file`, hint)
  }
}

/** Undefined for what is not there or cannot be looked at: whoever opens it reports that. */
function statsOf(file: string | number): BigIntStats | undefined {
  try {
    return typeof file === 'number' ? fstatSync(file, { bigint: true }) : statSync(file, { bigint: true })
  } catch {
    return undefined
  }
}

const openLater = promisify(open)
const writeLater = promisify(write)

/** Opening a pipe waits for its reader, and so does writing to it: both leave this thread free to hear signals. */
function openStream(path: string, existing: Stats, signal: AbortSignal | undefined): OutputFile {
  if (existing.isDirectory())
    throw new DkimError('output-failed', `cannot write ${path}: it is a directory`, 'name a file')
  let fd: number | undefined
  const writeAll = async (chunk: Uint8Array): Promise<void> => {
    try {
      fd ??= await interruptible(openLater(path, 'w'), signal)
      for (let written = 0; written < chunk.length; )
        written += (await interruptible(writeLater(fd, chunk, written), signal)).bytesWritten
    } catch (error) {
      throw unwritable(path, error)
    }
  }
  const close = (): void => {
    if (fd !== undefined) closeSync(fd)
    fd = undefined
  }
  return { write: writeAll, commit: close, commitLater: async () => close(), place: close, abandon: close }
}

function interruptible<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

interface Replacement {
  readonly path: string
  /** Where the links of `path` end. */
  readonly target: string
  readonly existing: Stats | undefined
  readonly mode: number
}

function openReplacement({ path, target, existing, mode }: Replacement): OutputFile {
  const { fd, temporary } = openBeside(target, existing === undefined ? mode : 0o600)
  let open = true
  let done = false
  const close = (): void => {
    if (open) {
      open = false
      closeSync(fd)
    }
  }
  const abandon = (): void => {
    if (done) return
    done = true
    rmSync(temporary, { force: true })
    close()
  }
  const refuse = (error: unknown): never => {
    abandon()
    throw unwritable(path, error)
  }
  const settle = (): void => {
    try {
      if (existing !== undefined) keepOwnerAndMode(fd, existing)
      // Some file systems report a full disk only here.
      close()
      renameSync(temporary, target)
      done = true
    } catch (error) {
      refuse(error)
    }
  }
  return {
    write: chunk => {
      guarded(path, () => writeFully(fd, chunk))
      return undefined
    },
    commit: () => {
      try {
        fsyncSync(fd)
      } catch (error) {
        refuse(error)
      }
      settle()
    },
    commitLater: () => onDisk(fd).then(settle, refuse),
    place: settle,
    abandon,
  }
}

function onDisk(fd: number): Promise<void> {
  return new Promise((resolve, reject) => fsync(fd, error => (error === null ? resolve() : reject(error))))
}

function openBeside(target: string, mode: number): { fd: number; temporary: string } {
  for (let attempt = 1; ; attempt += 1) {
    // Short whatever the name of the file is: that may be as long as the file system allows.
    const temporary = join(dirname(target), `.dkim-${Math.random().toString(36).slice(2, 12)}.tmp`)
    try {
      // Exclusive: a name that someone has prepared, a link even, is never opened.
      return { fd: openSync(temporary, 'wx', mode), temporary }
    } catch (error) {
      if (attempt === ATTEMPTS || !isFileError(error) || error.code !== 'EEXIST') throw error
    }
  }
}

function keepOwnerAndMode(fd: number, { mode, uid, gid }: Stats): void {
  const now = fstatSync(fd)
  if (now.uid !== uid || now.gid !== gid) {
    try {
      fchownSync(fd, uid, gid)
    } catch {
      // Only root may give a file away; the content is what counts.
    }
  }
  fchmodSync(fd, mode & 0o7777)
}

function writeFully(fd: number, chunk: Uint8Array): void {
  for (let written = 0; written < chunk.length; ) written += writeSync(fd, chunk, written)
}

function guarded<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw unwritable(path, error)
  }
}
