// DNS messages written octet by octet, right or wrong on purpose; shares no code with the product.

export const TYPE = { A: 1, NS: 2, CNAME: 5, SOA: 6, TXT: 16, AAAA: 28, DNAME: 39, OPT: 41, RRSIG: 46 } as const

export function name(text: string): Buffer {
  const labels = text === '' ? [] : text.split('.')
  return Buffer.concat([
    ...labels.map(label => Buffer.from([label.length, ...Buffer.from(label, 'latin1')])),
    Buffer.of(0),
  ])
}

export function u16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff)
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

export interface RecordOptions {
  readonly ttl?: number
  readonly rrclass?: number
  /** RDLENGTH where it should lie. */
  readonly length?: number
}

export function record(owner: Buffer | string, type: number, data: Buffer, options: RecordOptions = {}): Buffer {
  return Buffer.concat([
    typeof owner === 'string' ? name(owner) : owner,
    u16(type),
    u16(options.rrclass ?? 1),
    u32(options.ttl ?? 300),
    u16(options.length ?? data.length),
    data,
  ])
}

/** Character-strings; a string longer than 255 is cut as a server does. */
export function strings(...texts: (string | Buffer)[]): Buffer {
  return Buffer.concat(
    texts.flatMap(text => {
      const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text, 'latin1')
      const pieces = [bytes.subarray(0, 255)]
      for (let start = 255; start < bytes.length; start += 255) pieces.push(bytes.subarray(start, start + 255))
      return pieces.map(piece => Buffer.concat([Buffer.of(piece.length), piece]))
    }),
  )
}

export function txt(owner: Buffer | string, ...texts: (string | Buffer)[]): Buffer {
  return record(owner, TYPE.TXT, strings(...texts))
}

export function cname(owner: Buffer | string, target: string): Buffer {
  return record(owner, TYPE.CNAME, name(target))
}

export function soa(owner: string, minimum = 60, ttl = 300): Buffer {
  const numbers = [1, 2, 3, 4, minimum].map(u32)
  return record(owner, TYPE.SOA, Buffer.concat([name(`ns.${owner}`), name(`root.${owner}`), ...numbers]), { ttl })
}

export interface Query {
  readonly bytes: Buffer
  readonly id: number
  /** As sent, letter case kept. */
  readonly name: string
  readonly type: number
  /** Name, type and class as octets. */
  readonly question: Buffer
  readonly flags: number
  /** UDP payload size of its OPT record; null without one. */
  readonly payload: number | null
  readonly transport: 'udp' | 'tcp'
}

export function readQuery(bytes: Buffer, transport: 'udp' | 'tcp'): Query {
  const labels: string[] = []
  let index = 12
  while (bytes[index] !== 0) {
    labels.push(bytes.toString('latin1', index + 1, index + 1 + bytes[index]!))
    index += bytes[index]! + 1
  }
  const end = index + 5
  return {
    bytes,
    id: bytes.readUInt16BE(0),
    name: labels.join('.'),
    type: bytes.readUInt16BE(index + 1),
    question: bytes.subarray(12, end),
    flags: bytes.readUInt16BE(2),
    payload: bytes.readUInt16BE(10) === 0 ? null : bytes.readUInt16BE(end + 3),
    transport,
  }
}

export interface ReplyOptions {
  readonly id?: number
  /** Added to QR and RD. */
  readonly flags?: number
  readonly rcode?: number
  readonly question?: Buffer
  readonly questions?: number
  readonly answers?: readonly Buffer[]
  readonly authorities?: readonly Buffer[]
  readonly additionals?: readonly Buffer[]
  /** ANCOUNT where it should lie. */
  readonly count?: number
  /** All flags at once, QR included. */
  readonly rawFlags?: number
}

export const FLAG = { QR: 0x8000, AA: 0x0400, TC: 0x0200, RD: 0x0100, RA: 0x0080, AD: 0x0020 } as const

export function reply(query: Query, options: ReplyOptions = {}): Buffer {
  const { answers = [], authorities = [], additionals = [] } = options
  const flags = options.rawFlags ?? FLAG.QR | FLAG.RD | FLAG.RA | (options.flags ?? 0) | (options.rcode ?? 0)
  return Buffer.concat([
    u16(options.id ?? query.id),
    u16(flags),
    u16(options.questions ?? 1),
    u16(options.count ?? answers.length),
    u16(authorities.length),
    u16(additionals.length),
    options.question ?? query.question,
    ...answers,
    ...authorities,
    ...additionals,
  ])
}

/** A pointer to the name of the question. */
export const ASKED = Buffer.of(0xc0, 12)
