// DNS messages: a query out (encoded by dns2), an answer in, read by a bounded walk over the received bytes (RFC 1035 §4, RFC 6891).
// Every count and length is checked before it is used, so that a hostile message costs no more than its own length.

import type DNS from 'dns2'
import { DNS_LIMITS } from '../limits.js'
import { readData } from './message-data.js'
import { type Cursor, MalformedMessage, readName } from './message-name.js'
import { MAX_TTL, RECORD_TYPES, type RecordType, type ResourceRecord } from './record.js'

export const HEADER_BYTES = 12
const CLASS_IN = 1
const TYPE_OPT = 41
const OPTION_EDE = 15

export const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const

export interface Question {
  readonly name: string
  readonly type: RecordType
  /** RD: false when an authoritative server is asked for what it holds itself. */
  readonly recursion: boolean
  readonly edns: boolean
  /** CD: a resolver answers even where signatures do not validate (RFC 4035 §3.2.2). */
  readonly checkingDisabled?: boolean
}

export interface ExtendedError {
  readonly code: number
  readonly text: string
}

export interface Message {
  readonly id: number
  readonly rcode: number
  readonly authoritative: boolean
  readonly truncated: boolean
  readonly recursionAvailable: boolean
  readonly authenticated: boolean
  /** Class IN only. */
  readonly answers: readonly ResourceRecord[]
  readonly authorities: readonly ResourceRecord[]
  readonly additionals: readonly ResourceRecord[]
  /** Why the server failed, in its own words (RFC 8914). */
  readonly extendedErrors: readonly ExtendedError[]
}

/** The name is a validated one (isQueryName): the encoder would cut and map others without a word. */
export async function encodeQuery(question: Question, id: number): Promise<Buffer> {
  const { Packet } = await import('dns2')
  const packet = new Packet()
  // AD in a query asks for AD in the answer (RFC 6840 §5.7).
  const header = { id, rd: question.recursion ? 1 : 0, ad: 1 } as Partial<DNS.Packet.Header>
  packet.header = new Packet.Header(header)
  packet.questions.push(new Packet.Question(question.name, RECORD_TYPES[question.type], CLASS_IN))
  if (question.edns) packet.additionals.push(optRecord(Packet))
  const bytes = packet.toBuffer()
  if (question.checkingDisabled) bytes[3]! |= 0x10
  return bytes
}

function optRecord(packet: typeof DNS.Packet): DNS.Packet.Resource {
  const edns = packet.Resource.EDNS as (options: object[], values: { udpPayloadSize: number }) => DNS.Packet.Resource
  return edns([], { udpPayloadSize: DNS_LIMITS.udpPayload })
}

/** What a message is to an open question. */
export type Fit = 'answer' | 'refusal' | 'stray'

/**
 * Whether `bytes` answers `query`: id, QR, opcode, and the question octet by octet.
 * A bare header with an error code is what some servers send to a query they cannot read; it carries no data, so it may pass.
 */
export function fitOf(bytes: Buffer, query: Buffer): Fit {
  if (bytes.length < HEADER_BYTES || bytes.readUInt16BE(0) !== query.readUInt16BE(0)) return 'stray'
  const isResponse = (bytes[2]! & 0x80) !== 0
  const opcode = (bytes[2]! >> 3) & 0x0f
  if (!isResponse || opcode !== 0) return 'stray'
  const questions = bytes.readUInt16BE(4)
  if (questions === 0) return (bytes[3]! & 0x0f) !== 0 && bytes.length === HEADER_BYTES ? 'refusal' : 'stray'
  const end = questionEnd(query)
  const sameQuestion = questions === 1 && bytes.subarray(HEADER_BYTES, end).equals(query.subarray(HEADER_BYTES, end))
  return sameQuestion ? 'answer' : 'stray'
}

/** Behind name, type and class of the one question of a query of ours. */
export function questionEnd(query: Buffer): number {
  let index = HEADER_BYTES
  while (query[index] !== 0) index += query[index]! + 1
  return index + 5
}

interface RawRecord {
  readonly record: ResourceRecord
  readonly type: number
  readonly rrclass: number
  readonly rawTtl: number
  readonly content: Buffer
}

/** Reads a message that fits a question; throws MalformedMessage. */
export function decodeMessage(bytes: Buffer): Message {
  if (bytes.length < HEADER_BYTES) throw new MalformedMessage('shorter than a header')
  const counts = [6, 8, 10].map(offset => bytes.readUInt16BE(offset)) as [number, number, number]
  const total = counts[0] + counts[1] + counts[2]
  if (total > DNS_LIMITS.messageRecords) throw new MalformedMessage(`${total} records: more than are read`)
  const cursor: Cursor = { bytes, offset: HEADER_BYTES, hops: 0 }
  if (bytes.readUInt16BE(4) === 1) {
    readName(cursor)
    cursor.offset += 4
  }
  const sections = counts.map(count => Array.from({ length: count }, () => readRecord(cursor)))
  if (cursor.offset !== bytes.length) throw new MalformedMessage('trailing bytes after the last record')
  const [answers, authorities, additionals] = sections as [RawRecord[], RawRecord[], RawRecord[]]
  const opts = additionals.filter(({ type }) => type === TYPE_OPT)
  if (opts.length > 1) throw new MalformedMessage('two OPT records')
  const extended = opts.length === 1 ? opts[0]!.rawTtl >>> 24 : 0
  return {
    id: bytes.readUInt16BE(0),
    rcode: (extended << 4) | (bytes[3]! & 0x0f),
    authoritative: (bytes[2]! & 0x04) !== 0,
    truncated: (bytes[2]! & 0x02) !== 0,
    recursionAvailable: (bytes[3]! & 0x80) !== 0,
    authenticated: (bytes[3]! & 0x20) !== 0,
    answers: internetOnly(answers),
    authorities: internetOnly(authorities),
    additionals: internetOnly(additionals),
    extendedErrors: opts.length === 1 ? readExtendedErrors(opts[0]!.content) : [],
  }
}

/** Options that do not fill their record exactly are passed over: they explain, and decide nothing. */
function readExtendedErrors(options: Buffer): ExtendedError[] {
  const errors: ExtendedError[] = []
  for (let offset = 0; offset + 4 <= options.length; ) {
    const end = offset + 4 + options.readUInt16BE(offset + 2)
    if (end > options.length) break
    if (options.readUInt16BE(offset) === OPTION_EDE && end >= offset + 6) {
      errors.push({ code: options.readUInt16BE(offset + 4), text: options.toString('utf8', offset + 6, end) })
    }
    offset = end
  }
  return errors
}

function internetOnly(records: readonly RawRecord[]): ResourceRecord[] {
  return records.filter(({ type, rrclass }) => type !== TYPE_OPT && rrclass === CLASS_IN).map(({ record }) => record)
}

function readRecord(cursor: Cursor): RawRecord {
  const { bytes } = cursor
  const name = readName(cursor)
  if (cursor.offset + 10 > bytes.length) throw new MalformedMessage('a record is cut')
  const type = bytes.readUInt16BE(cursor.offset)
  const rrclass = bytes.readUInt16BE(cursor.offset + 2)
  const rawTtl = bytes.readUInt32BE(cursor.offset + 4)
  const start = cursor.offset + 10
  const end = start + bytes.readUInt16BE(cursor.offset + 8)
  if (end > bytes.length) throw new MalformedMessage('the data of a record is cut')
  cursor.offset = start
  const data = readData(cursor, type, end)
  cursor.offset = end
  // A TTL with the top bit set counts as 0 (RFC 2181 §8).
  return {
    record: { name, ttl: rawTtl > MAX_TTL ? 0 : rawTtl, data },
    type,
    rrclass,
    rawTtl,
    content: bytes.subarray(start, end),
  }
}
