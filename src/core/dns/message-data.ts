// The data of a record in a DNS message, one reader per type that we use (RFC 1035 §3.3, RFC 3596, RFC 6672).

import { type Cursor, MalformedMessage, readName } from './message-name.js'
import type { RecordData } from './record.js'

type DataReader = (cursor: Cursor, end: number) => RecordData

const READERS: ReadonlyMap<number, DataReader> = new Map<number, DataReader>([
  [1, (cursor, end) => ({ type: 'A', address: [...take(cursor, end, 4)].join('.') })],
  [28, (cursor, end) => ({ type: 'AAAA', address: ipv6Text(take(cursor, end, 16)) })],
  [2, (cursor, end) => ({ type: 'NS', target: nameUpTo(cursor, end) })],
  [5, (cursor, end) => ({ type: 'CNAME', target: nameUpTo(cursor, end) })],
  [39, (cursor, end) => ({ type: 'DNAME', target: nameUpTo(cursor, end) })],
  [15, readMx],
  [6, readSoa],
  [16, readTxt],
])

/** Data of other types is stepped over. The cursor stands at the data; `end` is behind it and inside the message. */
export function readData(cursor: Cursor, type: number, end: number): RecordData {
  return READERS.get(type)?.(cursor, end) ?? { type: 'OTHER', code: type }
}

function take(cursor: Cursor, end: number, size: number): Buffer {
  if (end - cursor.offset !== size) throw new MalformedMessage('the data of a record has the wrong length')
  return cursor.bytes.subarray(cursor.offset, end)
}

/** A name that fills the data exactly. */
function nameUpTo(cursor: Cursor, end: number): string {
  const name = readName(cursor)
  if (cursor.offset !== end) throw new MalformedMessage('a name does not end with its record')
  return name
}

function readMx(cursor: Cursor, end: number): RecordData {
  if (end - cursor.offset < 3) throw new MalformedMessage('an MX record is cut')
  const preference = cursor.bytes.readUInt16BE(cursor.offset)
  cursor.offset += 2
  return { type: 'MX', preference, target: nameUpTo(cursor, end) }
}

function readSoa(cursor: Cursor, end: number): RecordData {
  const primary = readName(cursor)
  const mailbox = readName(cursor)
  const numbers = take(cursor, end, 20)
  const [serial, refresh, retry, expire, minimum] = [0, 4, 8, 12, 16].map(offset => numbers.readUInt32BE(offset))
  return {
    type: 'SOA',
    primary,
    mailbox,
    serial: serial!,
    refresh: refresh!,
    retry: retry!,
    expire: expire!,
    minimum: minimum!,
  }
}

/** One or more character-strings that fill the data exactly, kept as bytes. */
function readTxt(cursor: Cursor, end: number): RecordData {
  const strings: Uint8Array[] = []
  let offset = cursor.offset
  while (offset < end) {
    const next = offset + 1 + cursor.bytes[offset]!
    if (next > end) throw new MalformedMessage('a text string runs past its record')
    strings.push(cursor.bytes.subarray(offset + 1, next))
    offset = next
  }
  if (strings.length === 0) throw new MalformedMessage('a TXT record without a string')
  return { type: 'TXT', strings }
}

function ipv6Text(octets: Buffer): string {
  const groups = [0, 2, 4, 6, 8, 10, 12, 14].map(offset => octets.readUInt16BE(offset).toString(16))
  // The canonical form (RFC 5952), by the one who knows it.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}
