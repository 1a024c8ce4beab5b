// Reports as they arrive by mail: bare, gzip (RFC 1952) or ZIP (APPNOTE), told apart by their first bytes, never by their name.

import { crc32, gunzipSync, inflateRawSync } from 'node:zlib'
import { DkimError } from '../errors.js'

export interface ArchivedFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** `report` bounds each file, `bytes` all the files of one archive together; both count what is unpacked. */
export const ARCHIVE_LIMITS = { report: 32 * 1024 * 1024, bytes: 64 * 1024 * 1024, entries: 1000, depth: 2 } as const

const END_OF_DIRECTORY = 0x06054b50
const DIRECTORY_ENTRY = 0x02014b50
const LOCAL_ENTRY = 0x04034b50
const END_BYTES = 22
const LONGEST_COMMENT = 0xffff

/** What could not be unpacked: the files after it are there. */
export interface LockedFile {
  readonly name: string
  readonly error: DkimError
}

/** The files inside `bytes`, unpacked one at a time; `bytes` itself where it is not an archive. */
export function* unpack(bytes: Uint8Array, name: string): Generator<ArchivedFile | LockedFile> {
  yield* unpackWithin({ bytes, name }, { left: ARCHIVE_LIMITS.bytes }, 0)
}

interface Budget {
  left: number
}

function* unpackWithin(file: ArchivedFile, budget: Budget, depth: number): Generator<ArchivedFile | LockedFile> {
  try {
    yield* members(file, budget, depth)
  } catch (error) {
    if (!(error instanceof DkimError)) throw error
    yield { name: file.name, error }
  }
}

function* members({ bytes, name }: ArchivedFile, budget: Budget, depth: number): Generator<ArchivedFile | LockedFile> {
  const [a, b, c, d] = bytes
  const isGzip = a === 0x1f && b === 0x8b
  const isZip = a === 0x50 && b === 0x4b && (c === 3 || c === 5) && (d === 4 || d === 6)
  if (!isGzip && !isZip) return yield { name, bytes }
  if (depth >= ARCHIVE_LIMITS.depth)
    throw new DkimError('limit', `${name}: archives are nested too deeply`, 'unpack it first')
  if (isGzip) {
    const unpacked = inflate(maxOutputLength => gunzipSync(bytes, { maxOutputLength }), name, budget)
    return yield* unpackWithin({ name: name.replace(/\.gz$/i, ''), bytes: unpacked }, budget, depth + 1)
  }
  for (const file of unzip(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), name, budget)) {
    if ('error' in file) yield file
    else yield* unpackWithin(file, budget, depth + 1)
  }
}

function inflate(run: (most: number) => Buffer, name: string, budget: Budget): Buffer {
  if (budget.left <= 0) throw tooLarge(`${name}: all the files of the archive together are`, ARCHIVE_LIMITS.bytes)
  const most = Math.min(budget.left, ARCHIVE_LIMITS.report)
  try {
    const unpacked = run(most)
    budget.left -= unpacked.length
    return unpacked
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      // The work was done all the same: a hundred such files cost no more than a few.
      budget.left -= most
      throw tooLarge(`${name} is, unpacked,`, most)
    }
    throw new DkimError(
      'input-unreadable',
      `${name} is damaged: it cannot be unpacked`,
      'save the attachment of the report again',
    )
  }
}

function tooLarge(what: string, limit: number): DkimError {
  const mebibytes = Math.floor(limit / 1024 / 1024)
  return new DkimError('limit', `${what} larger than ${mebibytes} MiB`, 'reports are small: check what this file is')
}

/** What macOS adds to archives and foreign disks, one for each real file (AppleDouble), and its folder settings: never a report. */
export function isAppleDouble(path: string): boolean {
  const names = path.split('/')
  const last = names.at(-1)!
  return names.includes('__MACOSX') || last.startsWith('._') || last === '.DS_Store'
}

function* unzip(zip: Buffer, name: string, budget: Budget): Generator<ArchivedFile | LockedFile> {
  const end = endOfDirectory(zip, name)
  const count = zip.readUInt16LE(end + 10)
  if (count > ARCHIVE_LIMITS.entries)
    throw new DkimError(
      'limit',
      `${name} holds more than ${ARCHIVE_LIMITS.entries} files`,
      'unpack it, and name the directory',
    )
  let at = zip.readUInt32LE(end + 16)
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > zip.length || zip.readUInt32LE(at) !== DIRECTORY_ENTRY) throw damaged(name)
    const nameLength = zip.readUInt16LE(at + 28)
    const entry = zip.toString('utf8', at + 46, at + 46 + nameLength)
    if (!entry.endsWith('/') && !isAppleDouble(entry)) yield tryEntry(zip, at, `${name}/${entry}`, budget)
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
}

function tryEntry(zip: Buffer, at: number, name: string, budget: Budget): ArchivedFile | LockedFile {
  try {
    return { name, bytes: readEntry(zip, at, name, budget) }
  } catch (error) {
    if (!(error instanceof DkimError)) throw error
    return { name, error }
  }
}

/** The directory's sizes count: local headers may leave them to a data descriptor behind the data. */
function readEntry(zip: Buffer, at: number, name: string, budget: Budget): Buffer {
  const [flags, method] = [zip.readUInt16LE(at + 8), zip.readUInt16LE(at + 10)]
  const [packed, local] = [zip.readUInt32LE(at + 20), zip.readUInt32LE(at + 42)]
  if (flags & 1) throw new DkimError('input-unreadable', `${name} is encrypted`, 'unpack it first')
  if (local + 30 > zip.length || zip.readUInt32LE(local) !== LOCAL_ENTRY) throw damaged(name)
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
  if (start + packed > zip.length) throw damaged(name)
  const data = zip.subarray(start, start + packed)
  if (method !== 0 && method !== 8) {
    throw new DkimError('input-unreadable', `${name} is not compressed with deflate`, 'unpack it first')
  }
  const unpacked = inflate(
    most => (method === 0 ? stored(data, most, name) : inflateRawSync(data, { maxOutputLength: most })),
    name,
    budget,
  )
  if (crc32(unpacked) !== zip.readUInt32LE(at + 16)) throw damaged(name)
  return unpacked
}

function stored(data: Buffer, most: number, name: string): Buffer {
  if (data.length > most) throw Object.assign(new Error(name), { code: 'ERR_BUFFER_TOO_LARGE' })
  return data
}

function endOfDirectory(zip: Buffer, name: string): number {
  const lowest = Math.max(0, zip.length - END_BYTES - LONGEST_COMMENT)
  for (let at = zip.length - END_BYTES; at >= lowest; at -= 1) {
    if (zip.readUInt32LE(at) === END_OF_DIRECTORY) return at
  }
  throw damaged(name)
}

function damaged(name: string): DkimError {
  return new DkimError('input-unreadable', `${name} is a damaged ZIP file`, 'save the attachment of the report again')
}
