// What the embedded server says: a received query read, an answer written (RFC 1035 §4, RFC 6891 §6).

import { isIPv4 } from 'node:net'
import { DNS_LIMITS } from '../limits.js'
import { HEADER_BYTES, RCODES } from './message.js'
import { type Cursor, MalformedMessage, readName } from './message-name.js'
import { nameLabels } from './name.js'
import { RECORD_TYPES, type RecordData, type RecordType, type ResourceRecord } from './record.js'
import type { Zone, ZoneAnswer } from './zone.js'

const TYPE_OPT = 41
const CLASS_IN = 1
/** For records of a zone file that states no TTL. */
const DEFAULT_TTL = 300
/** The size of a UDP answer for those who offer no other (RFC 1035 §4.2.1). */
const PLAIN_UDP_SIZE = 512

interface ReadQuery {
  readonly id: number
  readonly recursionDesired: boolean
  readonly opcode: number
  readonly name: string
  readonly type: number
  readonly rrclass: number
  /** Name, type and class as received: the answer repeats them octet by octet. */
  readonly question: Buffer
  /** What the OPT record offers, null without one. */
  readonly payload: number | null
}

/** The reply to a query; undefined for no reply: not a query, or a simulated timeout. */
export function replyTo(bytes: Buffer, zone: Zone, transport: 'udp' | 'tcp'): Buffer | undefined {
  if (bytes.length < HEADER_BYTES || (bytes[2]! & 0x80) !== 0) return undefined
  let query: ReadQuery
  try {
    query = readQuery(bytes)
  } catch (error) {
    if (error instanceof MalformedMessage) return header(bytes.readUInt16BE(0), false, RCODES.FORMERR, 0, [0, 0, 0])
    throw error
  }
  const whole = answerOf(query, zone)
  if (whole === undefined) return undefined
  const room = Math.min(Math.max(query.payload ?? 0, PLAIN_UDP_SIZE), DNS_LIMITS.udpPayload)
  const limit = transport === 'udp' ? room : DNS_LIMITS.messageBytes
  return whole.length <= limit ? whole : write(query, RCODES.NOERROR, true, [], [])
}

function readQuery(bytes: Buffer): ReadQuery {
  const counts = [4, 6, 8, 10].map(offset => bytes.readUInt16BE(offset))
  if (counts[0] !== 1 || counts[1] !== 0 || counts[2] !== 0 || counts[3]! > 2) throw new MalformedMessage('no query')
  const cursor: Cursor = { bytes, offset: HEADER_BYTES, hops: 0 }
  const name = readName(cursor)
  const end = cursor.offset + 4
  if (end > bytes.length) throw new MalformedMessage('the question is cut')
  return {
    id: bytes.readUInt16BE(0),
    recursionDesired: (bytes[2]! & 0x01) !== 0,
    opcode: (bytes[2]! >> 3) & 0x0f,
    name,
    type: bytes.readUInt16BE(cursor.offset),
    rrclass: bytes.readUInt16BE(cursor.offset + 2),
    question: bytes.subarray(HEADER_BYTES, end),
    payload: counts[3] === 0 ? null : payloadAt(bytes, end),
  }
}

/** OPT: the root as owner, its type, then the size in place of the class. */
function payloadAt(bytes: Buffer, offset: number): number | null {
  const isOpt = bytes.length >= offset + 11 && bytes[offset] === 0 && bytes.readUInt16BE(offset + 1) === TYPE_OPT
  return isOpt ? bytes.readUInt16BE(offset + 3) : null
}

function answerOf(query: ReadQuery, zone: Zone): Buffer | undefined {
  if (query.opcode !== 0) return write(query, RCODES.NOTIMP, false, [], [])
  if (query.rrclass !== CLASS_IN) return write(query, RCODES.REFUSED, false, [], [])
  const type = typeName(query.type)
  const answer = zone.lookup(query.name, type ?? 'TXT')
  if (answer.status === 'timeout') return undefined
  if (answer.status === 'servfail') return write(query, RCODES.SERVFAIL, false, [], [])
  const links = answer.chain.flatMap(aliasRecord)
  const records = type === undefined ? [] : answer.records
  const authorities = records.length === 0 && answer.soa !== null ? [answer.soa] : []
  return write(query, rcodeOf(answer), false, [...links, ...records], authorities)
}

function rcodeOf({ status }: ZoneAnswer): number {
  return status === 'nxdomain' ? RCODES.NXDOMAIN : RCODES.NOERROR
}

/** A DNAME is told as the CNAME made from it: any resolver understands that (RFC 6672 §3.1). */
function aliasRecord({ name, target, ttl }: ZoneAnswer['chain'][number]): ResourceRecord[] {
  return [{ name, ttl, data: { type: 'CNAME', target } }]
}

function typeName(code: number): RecordType | undefined {
  return Object.entries(RECORD_TYPES).find(([, value]) => value === code)?.[0] as RecordType | undefined
}

function write(
  query: ReadQuery,
  rcode: number,
  truncated: boolean,
  answers: readonly ResourceRecord[],
  authorities: readonly ResourceRecord[],
): Buffer {
  const additionals = query.payload === null ? [] : [optRecord()]
  const flags = 0x0400 | (truncated ? 0x0200 : 0) | 0x0080
  return Buffer.concat([
    header(query.id, query.recursionDesired, rcode, flags, [answers.length, authorities.length, additionals.length], 1),
    query.question,
    ...answers.map(writeRecord),
    ...authorities.map(writeRecord),
    ...additionals,
  ])
}

function header(
  id: number,
  recursionDesired: boolean,
  rcode: number,
  flags: number,
  counts: readonly [answers: number, authorities: number, additionals: number],
  questions = 0,
): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES)
  bytes.writeUInt16BE(id, 0)
  bytes.writeUInt16BE(0x8000 | flags | (recursionDesired ? 0x0100 : 0) | rcode, 2)
  bytes.writeUInt16BE(questions, 4)
  counts.forEach((count, index) => void bytes.writeUInt16BE(count, 6 + 2 * index))
  return bytes
}

function optRecord(): Buffer {
  return Buffer.concat([Buffer.of(0), u16(TYPE_OPT), u16(DNS_LIMITS.udpPayload), Buffer.alloc(6)])
}

function writeRecord({ name, ttl, data }: ResourceRecord): Buffer {
  const content = writeData(data)
  const fixed = Buffer.alloc(10)
  fixed.writeUInt16BE(data.type === 'OTHER' ? data.code : RECORD_TYPES[data.type], 0)
  fixed.writeUInt16BE(CLASS_IN, 2)
  fixed.writeUInt32BE(ttl ?? DEFAULT_TTL, 4)
  fixed.writeUInt16BE(content.length, 8)
  return Buffer.concat([writeName(name), fixed, content])
}

function writeData(data: RecordData): Buffer {
  switch (data.type) {
    case 'TXT':
      return Buffer.concat(data.strings.flatMap(string => [Buffer.of(string.length), string]))
    case 'CNAME':
    case 'DNAME':
    case 'NS':
      return writeName(data.target)
    case 'MX':
      return Buffer.concat([u16(data.preference), writeName(data.target)])
    case 'A':
    case 'AAAA':
      return addressBytes(data.address)
    case 'SOA': {
      const numbers = Buffer.alloc(20)
      const values = [data.serial, data.refresh, data.retry, data.expire, data.minimum]
      values.forEach((value, index) => void numbers.writeUInt32BE(value, 4 * index))
      return Buffer.concat([writeName(data.primary), writeName(data.mailbox), numbers])
    }
    case 'OTHER':
      return Buffer.alloc(0)
  }
}

function writeName(name: string): Buffer {
  // A zone holds no name that cannot be written: zone files are refused before.
  const labels = nameLabels(name) ?? []
  return Buffer.concat([...labels.flatMap(label => [Buffer.of(label.length), label]), Buffer.of(0)])
}

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  // The URL parser writes every form of an IPv6 address, embedded IPv4 included, as groups.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const head = groups[0] === '' ? [] : groups[0]!.split(':')
  const tail = groups[1] === undefined || groups[1] === '' ? [] : groups[1].split(':')
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0')
  return Buffer.concat([...head, ...zeros, ...tail].map(group => u16(Number.parseInt(group, 16))))
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}
