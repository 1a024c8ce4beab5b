// One run at a time changes a file that is ours. The lock is a symbolic link next to the file: it appears in one step, with the name of its
// owner in it, and a run that died (kill -9) is recognised by that name.

import { readFileSync, readlinkSync, realpathSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { DkimError } from '../../core/errors.js'
import { shellPath } from '../../core/syntax/shell-word.js'
import { EXIT_CODES } from '../exit-code.js'
import { keyOf } from '../verify/names.js'
import { isFileError, unwritable } from './file-fault.js'
import { openOutputFile } from './output-file.js'

/** Another run was faster: nothing is written, and the same command works later. */
export class Contention extends DkimError {
  readonly exitCode = EXIT_CODES.temporary

  constructor(message: string, hint = 'run it again') {
    super('output-failed', message, hint)
  }
}

export function changedMeanwhile(path: string): Contention {
  return new Contention(`another run has changed ${path} in the meantime: nothing was written`)
}

/** Milliseconds to wait for another run, which takes as long as writing one small file. */
const WAIT = 2000
const PAUSE = 10

/**
 * Replaces the file by what `next` returns; undefined leaves it. `next` reads the file once more and compares: nobody changes it between
 * that and the replacement. Throws Contention where another run holds the file for long.
 */
export function replaceOwnFile(path: string, next: () => Uint8Array | undefined): void {
  const release = lockFile(path)
  try {
    const bytes = next()
    if (bytes === undefined) return
    const file = openOutputFile(path)
    try {
      file.write(bytes)
      file.commit()
    } finally {
      file.abandon()
    }
  } finally {
    release()
  }
}

/** Takes the lock of the file at `path` and returns what gives it back. */
export function lockFile(path: string, wait = WAIT): () => void {
  try {
    const lock = lockPath(path)
    take(lock, path, Date.now() + wait)
    return () => unlinkSync(lock)
  } catch (error) {
    throw unwritable(path, error)
  }
}

/** The same for every name of the file, and short whatever the file is called. */
function lockPath(path: string): string {
  const target = placeOf(path)
  return join(dirname(target), `.dkim-${keyOf(basename(target)).toString(16)}.lock`)
}

/** Where the links of `path` end, whether or not there is a file yet. */
function placeOf(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (!isFileError(error) || error.code !== 'ENOENT') throw error
    return join(realpathSync(dirname(path)), basename(path))
  }
}

function take(lock: string, path: string, deadline: number): void {
  const own = nameOwner()
  while (!create(lock, own)) {
    const owner = ownerOf(lock)
    if (owner === undefined) continue
    if (isGone(owner)) release(lock, owner, path, deadline)
    else if (Date.now() >= deadline) throw held(lock, path)
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE)
  }
}

/** File systems without symbolic links (FAT) get a file. */
const NO_LINKS: readonly string[] = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']

/** False where the lock is taken. */
function create(lock: string, owner: string): boolean {
  try {
    symlinkSync(owner, lock)
    return true
  } catch (error) {
    if (isFileError(error) && error.code === 'EEXIST') return false
    if (!isFileError(error) || !NO_LINKS.includes(error.code)) throw error
  }
  try {
    writeFileSync(lock, owner, { flag: 'wx' })
    return true
  } catch (error) {
    if (isFileError(error) && error.code === 'EEXIST') return false
    throw error
  }
}

/** Undefined where the lock has just been given back. */
function ownerOf(lock: string): string | undefined {
  try {
    return readlinkSync(lock)
  } catch (error) {
    if (isFileError(error) && error.code === 'ENOENT') return undefined
    if (!isFileError(error) || error.code !== 'EINVAL') throw error
  }
  return readFileSync(lock, 'utf8')
}

/**
 * Removes the lock that a dead run left. Two runs may both see that it is dead, and the slower one must not remove the lock that the faster one
 * has taken since: so removing the lock of this one owner takes a lock of its own.
 */
function release(lock: string, owner: string, path: string, deadline: number): void {
  const removal = `${lock}.${keyOf(owner).toString(16)}`
  take(removal, path, deadline)
  try {
    if (ownerOf(lock) === owner) unlinkSync(lock)
  } finally {
    unlinkSync(removal)
  }
}

function held(lock: string, path: string): Contention {
  const hint = `wait for it and run this again; if no other run of dkim is under way on any machine, rm ${shellPath(lock)}`
  return new Contention(`another run of dkim holds ${path}`, hint)
}

/** `PID START NAMESPACE RANDOM HOST`: different for each lock ever taken. */
function nameOwner(): string {
  const { start } = processOf('self')
  return [process.pid, start, pidNamespace(), Math.random().toString(36).slice(2), hostname()].join(' ')
}

/** True only where that is certain: of another machine or container nothing is known. */
function isGone(owner: string): boolean {
  const [pid = '', start = '', namespace, , host] = owner.split(' ')
  if (!/^\d+$/.test(pid) || host !== hostname() || namespace !== pidNamespace()) return false
  try {
    process.kill(Number(pid), 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
  // Another process may have got the number, and one that ended stays until its parent has asked for it.
  const now = processOf(pid)
  return now.isEnded || (start !== '' && now.start !== '' && now.start !== start)
}

/** From /proc (proc(5)); elsewhere the number of a process is all there is. */
function processOf(pid: string): { readonly start: string; readonly isEnded: boolean } {
  try {
    // The name of the program is in parentheses and may hold anything.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { start: fields[19] ?? '', isEnded: fields[0] === 'Z' || fields[0] === 'X' }
  } catch {
    return { start: '', isEnded: false }
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')
  } catch {
    return ''
  }
}
