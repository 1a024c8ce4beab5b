// What the file system refused, in the program's own words: one message and one hint for each cause.

import { DkimError, type DkimErrorCode } from '../../core/errors.js'

/** What Node says of a NUL in a path, before any system call. */
const NUL = 'ERR_INVALID_ARG_VALUE'

const UNREADABLE: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['no such file or directory', 'check the name; - reads standard input'],
  ENOTDIR: ['no such file or directory', 'check the name; - reads standard input'],
  EACCES: ['permission denied', 'run dkim as a user with read access'],
  EPERM: ['permission denied', 'run dkim as a user with read access'],
  ELOOP: ['too many symbolic links', 'name the file itself'],
  ENAMETOOLONG: ['the name is too long', 'check the name'],
  EISDIR: ['is a directory', 'name a file'],
  EMFILE: ['too many open files', 'raise the limit: ulimit -n'],
  ENFILE: ['too many open files on this machine', 'run it again later'],
  ENXIO: ['it is a socket, or a device that is not there', 'name a file'],
  [NUL]: ['the name holds a NUL', 'check the name'],
  EIO: ['the disk reports an input/output error', 'check the disk, or read a copy from elsewhere'],
}

const UNWRITABLE: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['no such directory', 'create the directory first, or write elsewhere'],
  ENOTDIR: ['no such directory', 'create the directory first, or write elsewhere'],
  EACCES: ['permission denied', 'choose a writable directory, or run dkim as another user'],
  EPERM: ['permission denied', 'choose a writable directory, or run dkim as another user'],
  EROFS: ['the file system is read-only', 'write elsewhere'],
  ENOSPC: ['no space left on the disk', 'free some space, or write elsewhere: nothing was changed'],
  EDQUOT: ['disk quota exceeded', 'free some space, or write elsewhere: nothing was changed'],
  EISDIR: ['is a directory', 'name a file'],
  ELOOP: ['too many symbolic links', 'name the file itself'],
  ENAMETOOLONG: ['the name is too long', 'use a shorter name'],
  EMFILE: ['too many open files', 'raise the limit: ulimit -n'],
  ENFILE: ['too many open files on this machine', 'run it again later'],
  EFBIG: ['the file would be larger than allowed', 'raise the limit: ulimit -f'],
  EIO: ['the disk reports an input/output error', 'check the disk, or write elsewhere'],
  [NUL]: ['the name holds a NUL', 'check the name'],
}

export interface FaultOptions {
  readonly code?: DkimErrorCode
  /** What to try where the file is not there; other causes have hints of their own. */
  readonly hint?: string
}

/** Errors that are no file system errors are faults of ours: thrown on. */
export function unreadable(path: string, error: unknown, options: FaultOptions = {}): DkimError {
  if (error instanceof DkimError) return error
  if (!isFileError(error)) throw error
  if (isKeyText(path)) return keyInArguments()
  if (isRecordText(path)) return recordInArguments()
  const [what, hint] = UNREADABLE[error.code] ?? [error.code, 'check the file and the disk']
  if (error.code === 'ENOENT' && path.includes('\ufffd')) return notUtf8(path, options)
  const missing = error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EISDIR'
  return new DkimError(
    options.code ?? 'input-unreadable',
    `cannot read ${path === '-' ? 'standard input' : path}: ${what}`,
    missing ? (options.hint ?? hint) : hint,
  )
}

/** Node decodes file names as UTF-8: invalid bytes are replaced, and the file is then not found. */
function notUtf8(path: string, { code = 'input-unreadable' }: FaultOptions): DkimError {
  const hint = 'rename it, or link to it under another name'
  return new DkimError(code, `cannot read ${path}: its name is not UTF-8, or it does not exist`, hint)
}

/** PEM, a bare Ed25519 seed, or DER in base64: no name of a file that was meant to be one. */
function isKeyText(path: string): boolean {
  return /-----BEGIN|^\s*(?:[A-Za-z0-9+/]{43}=|M[CHI][A-Za-z0-9+/\s]{50,}={0,2})\s*$/.test(path)
}

/** A key record, or the line of a zone file that holds one. */
function isRecordText(path: string): boolean {
  return /\bv[ \t]*=[ \t]*DKIM1|(?:^|;)[ \t]*p[ \t]*=[ \t]*[A-Za-z0-9+/]{40}/i.test(path)
}

function recordInArguments(): DkimError {
  return new DkimError(
    'input-unreadable',
    'expected a file name, got the text of a record',
    'save the text to a file and pass its name',
  )
}

/** Says nothing of the key: errors end up in logs. */
function keyInArguments(): DkimError {
  return new DkimError(
    'key-unreadable',
    'expected a file name, got the text of a key',
    'save the key to a file and pass its name: other users can see command lines',
  )
}

export function unwritable(path: string, error: unknown): DkimError {
  if (error instanceof DkimError) return error
  if (!isFileError(error)) throw error
  const [what, hint] = UNWRITABLE[error.code] ?? [error.code, 'check the directory and the disk']
  return new DkimError('output-failed', `cannot write ${path}: ${what}`, hint)
}

/** Of the file system, wherever it was noticed: for the last resort, where no one knows what the file was for. */
export function fileFault(error: unknown): DkimError | undefined {
  if (!isFileError(error) || /^(?:connect|bind|listen|send|recv|getaddrinfo)/.test(error.syscall ?? ''))
    return undefined
  if (!(error.code in UNREADABLE || error.code in UNWRITABLE)) return undefined
  const isWriting = error.code in UNWRITABLE && !(error.code in UNREADABLE)
  const path = error.path ?? 'a file'
  return isWriting ? unwritable(path, error) : unreadable(path, error)
}

export function isFileError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'code' in error && ('syscall' in error || isNulInPath(error))
}

function isNulInPath(error: Error): boolean {
  return 'code' in error && error.code === NUL && /'path'|without null bytes/.test(error.message)
}
