// Reports as they arrive by mail: bare, gzip (RFC 1952) or ZIP (APPNOTE), told apart by their first bytes, never by their name.

import { crc32, gunzipSync, inflateRawSync } from 'node:zlib'
import { DkimError } from '../errors.js'

export interface ArchivedFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Per file given; a report of a whole day of a large domain is a few megabytes. */
export const ARCHIVE_LIMITS = { bytes: 128 * 1024 * 1024, entries: 1000, depth: 2 } as const

const END_OF_DIRECTORY = 0x06054b50
const DIRECTORY_ENTRY = 0x02014b50
const LOCAL_ENTRY = 0x04034b50
const END_BYTES = 22
const LONGEST_COMMENT = 0xffff

/** The files inside `bytes`, unpacked; `bytes` itself where it is no archive. */
export function unpack(bytes: Uint8Array, name: string): readonly ArchivedFile[] {
  return [...unpackWithin({ bytes, name }, { left: ARCHIVE_LIMITS.bytes }, 0)]
}

interface Budget {
  left: number
}

function* unpackWithin({ bytes, name }: ArchivedFile, budget: Budget, depth: number): Generator<ArchivedFile> {
  const [a, b, c, d] = bytes
  const isGzip = a === 0x1f && b === 0x8b
  const isZip = a === 0x50 && b === 0x4b && (c === 3 || c === 5) && (d === 4 || d === 6)
  if (!isGzip && !isZip) return yield { name, bytes }
  if (depth >= ARCHIVE_LIMITS.depth)
    throw new DkimError('limit', `${name}: an archive in an archive in an archive`, 'unpack it first')
  if (isGzip) {
    const unpacked = inflate(() => gunzipSync(bytes, { maxOutputLength: budget.left }), name, budget)
    return yield* unpackWithin({ name: name.replace(/\.gz$/i, ''), bytes: unpacked }, budget, depth + 1)
  }
  for (const file of unzip(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), name, budget)) {
    yield* unpackWithin(file, budget, depth + 1)
  }
}

function inflate(run: () => Buffer, name: string, budget: Budget): Buffer {
  if (budget.left <= 0) throw tooLarge(name)
  try {
    const unpacked = run()
    budget.left -= unpacked.length
    return unpacked
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(name)
    throw new DkimError(
      'input-unreadable',
      `${name} is damaged: it cannot be unpacked`,
      'save the attachment of the report again',
    )
  }
}

function tooLarge(name: string): DkimError {
  return new DkimError(
    'limit',
    `${name} unpacks to more than ${ARCHIVE_LIMITS.bytes / 1024 / 1024} MiB`,
    'reports are small: look at what this is',
  )
}

function* unzip(zip: Buffer, name: string, budget: Budget): Generator<ArchivedFile> {
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
    if (!entry.endsWith('/')) yield { name: `${name}/${entry}`, bytes: readEntry(zip, at, `${name}/${entry}`, budget) }
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
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
    throw new DkimError('input-unreadable', `${name} is packed by a method other than deflate`, 'unpack it first')
  }
  const unpacked =
    method === 0
      ? inflate(() => stored(data, budget, name), name, budget)
      : inflate(() => inflateRawSync(data, { maxOutputLength: budget.left }), name, budget)
  if (crc32(unpacked) !== zip.readUInt32LE(at + 16)) throw damaged(name)
  return unpacked
}

function stored(data: Buffer, budget: Budget, name: string): Buffer {
  if (data.length > budget.left) throw Object.assign(new Error(name), { code: 'ERR_BUFFER_TOO_LARGE' })
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
