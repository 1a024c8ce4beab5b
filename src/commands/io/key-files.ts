// New files that hold keys: never half written, never over a file that is there, all of them or none.
// Each file is written to a private directory next to its target and renamed only once complete and synced.

import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { formatKeyRecord } from '../../core/dkim/key-record.js'
import type { Zone } from '../../core/dns/zone.js'
import { splitStrings } from '../../core/dns/zone-json.js'
import { DkimError } from '../../core/errors.js'
import { importPublicKey } from '../../core/keys/private-key.js'
import { readKeyName } from '../../core/lookup/key-name.js'
import { isFileError, unreadable, unwritable } from './file-fault.js'
import { readSecretFile } from './small-file.js'

export interface NewFile {
  readonly path: string
  readonly bytes: Uint8Array
  /** Set exactly, whatever the umask is. */
  readonly mode: number
}

export interface CreateOptions {
  /** Replace files that are there; each is kept beside under a name ending in .bak-TIME. */
  readonly force?: boolean
  readonly now?: Date
}

/** Throws DkimError('output-exists') for the first of `paths` that cannot be a new file. Links count as files, whatever they point at. */
export function refuseExisting(paths: readonly string[], force = false): void {
  const seen = new Set<string>()
  for (const path of paths) {
    // Some file systems hold one name for both cases.
    const name = resolve(path).toLowerCase()
    if (seen.has(name)) throw new DkimError('usage', `two keys would be written to ${path}`, 'use different selectors')
    seen.add(name)
    refuseExistingFile(path, force)
  }
}

function refuseExistingFile(path: string, force: boolean): Stats | undefined {
  const stats = guarded(path, () => lstatSync(path, { throwIfNoEntry: false }))
  if (stats === undefined) return undefined
  if (!stats.isFile()) {
    throw new DkimError('output-exists', `${path} exists and is not a regular file`, 'move it, or use another name')
  }
  if (force) return stats
  throw new DkimError(
    'output-exists',
    `${path} exists: keys are never overwritten`,
    'use another selector (never reuse one for a new key), or --force to replace it and keep a backup',
  )
}

/** Creates all files or none. Throws DkimError; then everything is as it was. Returns the paths of the backups made. */
export function createFiles(
  files: readonly NewFile[],
  { force = false, now = new Date() }: CreateOptions = {},
): string[] {
  refuseExisting(
    files.map(({ path }) => path),
    force,
  )
  const stages = new Map<string, string>()
  const undo: (() => void)[] = []
  const backups: string[] = []
  try {
    const staged = files.map(file => ({ file, temporary: guarded(file.path, () => stage(file, stages)) }))
    for (const { file, temporary } of staged) {
      guarded(file.path, () => {
        const backup = putInPlace(file.path, temporary, { force, now, undo })
        if (backup !== undefined) backups.push(backup)
      })
    }
    for (const directory of stages.keys()) guarded(directory, () => syncDirectory(directory))
    return backups
  } catch (error) {
    for (const step of undo.reverse()) step()
    throw error
  } finally {
    for (const directory of stages.values()) rmSync(directory, { recursive: true, force: true })
  }
}

/** Writes the file into a directory of our own (mode 0700) next to its place, so that it can be linked into it. */
function stage({ path, bytes, mode }: NewFile, stages: Map<string, string>): string {
  const directory = dirname(resolve(path))
  const own = stages.get(directory) ?? mkdtempSync(join(directory, '.dkim-'))
  stages.set(directory, own)
  return writeNew(join(own, `${stages.size}-${Math.random().toString(36).slice(2)}`), bytes, mode)
}

function writeNew(path: string, bytes: Uint8Array, mode: number): string {
  const fd = openSync(path, 'wx', 0o600)
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written)
    fchmodSync(fd, mode)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  return path
}

interface Placement {
  readonly force: boolean
  readonly now: Date
  readonly undo: (() => void)[]
}

/** Returns the name of the backup where a file was replaced. */
function putInPlace(path: string, temporary: string, { force, now, undo }: Placement): string | undefined {
  const existing = refuseExistingFile(path, force)
  if (existing === undefined) {
    linkExclusively(temporary, path)
    undo.push(() => rmSync(path, { force: true }))
    return undefined
  }
  const backup = `${path}.bak-${now.toISOString().replace(/[-:]|\.\d+/g, '')}`
  // A copy: renaming the old file away would leave a moment without any.
  const copy = `${temporary}.bak`
  copyFileSync(path, copy, constants.COPYFILE_EXCL)
  const fd = openSync(copy, 'r+')
  fchmodSync(fd, 0o600)
  fsyncSync(fd)
  closeSync(fd)
  linkExclusively(copy, backup)
  const original = `${temporary}.old`
  linkOrCopy(path, original)
  undo.push(() => {
    renameSync(original, path)
    rmSync(backup, { force: true })
  })
  renameSync(temporary, path)
  return backup
}

/** Fails if `path` exists, even as a dangling link; the file appears atomically. */
function linkExclusively(from: string, path: string): void {
  try {
    linkOrCopy(from, path)
  } catch (error) {
    if (!isFileError(error) || error.code !== 'EEXIST') throw error
    throw new DkimError('output-exists', `${path} exists: keys are never overwritten`, 'use another selector')
  }
}

const NO_HARD_LINKS = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK'])

function linkOrCopy(from: string, path: string): void {
  try {
    linkSync(from, path)
  } catch (error) {
    if (!isFileError(error) || !NO_HARD_LINKS.has(error.code)) throw error
    // FAT and some network file systems have no hard links.
    copyFileSync(from, path, constants.COPYFILE_EXCL)
  }
}

function syncDirectory(path: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function guarded<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw unwritable(path, error)
  }
}

const KEY_FILE = /^(.+\._domainkey\..+)\.private\.pem$/

export function addKeyDirectory(zone: Zone, directory: string): void {
  const files = namesIn(directory)
    .filter(file => KEY_FILE.test(file))
    .sort()
  if (files.length === 0) {
    throw new DkimError(
      'zone-invalid',
      `${directory} contains no domain keys`,
      'keygen --domain writes them: SELECTOR._domainkey.DOMAIN.private.pem',
    )
  }
  for (const file of files) {
    const path = join(directory, file)
    const { name } = readKeyName(KEY_FILE.exec(file)![1]!)
    const { p, type } = importPublicKey(readSecretFile(path).bytes, { name: path })
    const text = formatKeyRecord({ keyType: type, publicKey: p })
    zone.add({ name, ttl: null, data: { type: 'TXT', strings: splitStrings(Buffer.from(text)) } }, path)
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    throw unreadable(directory, error, { code: 'zone-invalid' })
  }
}
