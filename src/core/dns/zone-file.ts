// Zone files: the master file format (RFC 1035 §5, RFC 2308 §4) as far as key records need it, and the JSON form that tests like to write.

import { isIPv4, isIPv6 } from 'node:net'
import { DkimError } from '../errors.js'
import { DNS_LIMITS } from '../limits.js'
import { textBytes } from '../syntax/text-file.js'
import { absoluteName, unescapeText } from './name.js'
import { otherTypeCode } from './other-types.js'
import { MAX_TTL, type RecordData, type ResourceRecord } from './record.js'
import { Zone } from './zone.js'
import { readZoneJson } from './zone-json.js'
import { type Entry, type Token, tokenize } from './zone-tokens.js'

/** A zone file or its JSON form. `file` names it in errors. Several files go into one `zone`. */
export function readZone(bytes: Uint8Array, file: string, zone = new Zone()): Zone {
  if (bytes.length > DNS_LIMITS.zoneBytes) {
    throw new DkimError(
      'zone-invalid',
      `${file}: more than ${DNS_LIMITS.zoneBytes} bytes`,
      'keep only the names you need',
    )
  }
  const content = textBytes(bytes, file, 'zone-invalid')
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1')
  if (text.includes('\0')) {
    throw new DkimError('zone-invalid', `${file}: not a text file`, 'save it as UTF-8 or ASCII')
  }
  if (/^[ \t\r\n]*[{[]/.test(text)) return readZoneJson(Buffer.from(text, 'latin1').toString('utf8'), file, zone)
  new MasterFile(file, zone).read(text)
  return zone
}

function commentRemark(place: string): string {
  return `${place}: an unquoted ; begins a comment in a zone file, so the record ends there: put the text in quotation marks`
}

class MasterFile {
  readonly #file: string
  readonly #zone: Zone
  #origin = ''
  #defaultTtl: number | null = null
  #lastTtl: number | null = null
  #owner: string | undefined

  constructor(file: string, zone: Zone) {
    this.#file = file
    this.#zone = zone
  }

  read(text: string): void {
    for (const entry of tokenize(text, (line, message, hint) => this.#refuse(line, message, hint))) {
      const first = entry.tokens[0]!
      if (!first.quoted && first.raw.startsWith('$')) this.#directive(entry)
      else this.#record(entry)
    }
  }

  #refuse(line: number, message: string, hint: string): never {
    throw new DkimError('zone-invalid', `${this.#file}:${line}: ${message}`, hint)
  }

  #directive({ line, tokens }: Entry): void {
    const [directive, argument] = [tokens[0]!.raw.toUpperCase(), tokens[1]]
    if (directive !== '$ORIGIN' && directive !== '$TTL') {
      this.#refuse(
        line,
        `${tokens[0]!.raw} is not supported`,
        'only $ORIGIN and $TTL are supported: write the records out',
      )
    }
    if (argument === undefined || tokens.length > 2) {
      this.#refuse(line, `${directive} takes one argument`, '$ORIGIN example.com.   $TTL 3600')
    }
    if (directive === '$ORIGIN') this.#origin = this.#name(argument, line)
    else
      this.#defaultTtl = this.#ttl(argument) ?? this.#refuse(line, `${argument.raw} is no TTL`, '$TTL 3600   $TTL 1h')
  }

  /** [owner] [ttl] [class] type data, or with ttl and class the other way round (RFC 1035 §5.1). */
  #record({ line, tokens, startsBlank }: Entry): void {
    const rest = [...tokens]
    if (!startsBlank) this.#owner = this.#name(rest.shift()!, line)
    const name = this.#owner
    if (name === undefined) {
      this.#refuse(line, 'the record has no owner name', 'only a line after a named record may start with white space')
    }
    let ttl: number | null = null
    for (let token = rest[0]; token !== undefined; token = rest[0]) {
      const asTtl: number | null = ttl === null ? this.#ttl(token) : null
      if (asTtl !== null) ttl = asTtl
      else if (/^(?:CH|HS|CS)$/i.test(token.raw))
        this.#refuse(line, `class ${token.raw} is not supported`, 'use class IN')
      else if (!/^IN$/i.test(token.raw)) break
      rest.shift()
    }
    const type = rest.shift()
    if (type === undefined) this.#refuse(line, 'the record has no type', 'name TTL IN TXT "v=DKIM1; …"')
    const data = this.#data(type, rest, line)
    if (ttl !== null) this.#lastTtl = ttl
    // RFC 2308 §4: $TTL before the last explicit TTL; a lone SOA lends its MINIMUM.
    const effective = ttl ?? this.#defaultTtl ?? this.#lastTtl
    if (data.type === 'SOA' && this.#defaultTtl === null && effective === null) this.#lastTtl = data.minimum
    const record: ResourceRecord = { name, ttl: effective ?? this.#lastTtl, data }
    this.#zone.add(record, this.#file)
    if (this.#origin === '') this.#zone.noteRelative(name, this.#file)
    const cut = data.type === 'TXT' ? rest.at(-1) : undefined
    if (cut?.cut && cut.raw.includes('=')) this.#zone.remark(name, commentRemark(`${this.#file}:${line}`), this.#file)
  }

  #data(type: Token, tokens: readonly Token[], line: number): RecordData {
    const kind = type.quoted ? '' : type.raw.toUpperCase()
    const one = (): Token =>
      tokens[0] ?? this.#refuse(line, `${kind} needs data`, `see other ${kind} records for the form`)
    switch (kind) {
      case 'TXT':
        return { type: 'TXT', strings: this.#strings(tokens, line) }
      case 'CNAME':
      case 'DNAME':
      case 'NS':
        return { type: kind, target: this.#only(tokens, 1, kind, line) && this.#name(one(), line) }
      case 'MX':
        this.#only(tokens, 2, kind, line)
        return { type: kind, preference: this.#number(one(), line), target: this.#name(tokens[1]!, line) }
      case 'A':
      case 'AAAA': {
        const address = one().raw
        const fits = kind === 'A' ? isIPv4(address) : isIPv6(address)
        if (!fits)
          this.#refuse(line, `${address} is no ${kind === 'A' ? 'IPv4' : 'IPv6'} address`, 'A is IPv4, AAAA is IPv6')
        return { type: kind, address }
      }
      case 'SOA':
        return this.#soa(tokens, line)
      default: {
        const code = otherTypeCode(kind)
        if (code !== undefined) return { type: 'OTHER', code }
        return this.#refuse(
          line,
          type.quoted ? 'quoted text instead of a record type' : `unknown record type ${type.raw}`,
          'a record is: name TTL IN TXT "v=DKIM1; …"',
        )
      }
    }
  }

  #soa(tokens: readonly Token[], line: number): RecordData {
    this.#only(tokens, 7, 'SOA', line)
    const [primary, mailbox, serial, refresh, retry, expire, minimum] = tokens as Token[] & { length: 7 }
    const time = (token: Token | undefined): number =>
      this.#ttl(token!) ?? this.#refuse(line, `${token!.raw} is no time`, 'seconds, or 1h, 1d, 1w')
    return {
      type: 'SOA',
      primary: this.#name(primary!, line),
      mailbox: this.#name(mailbox!, line),
      serial: this.#number(serial!, line),
      refresh: time(refresh),
      retry: time(retry),
      expire: time(expire),
      minimum: time(minimum),
    }
  }

  #strings(tokens: readonly Token[], line: number): Uint8Array[] {
    if (tokens.length === 0) this.#refuse(line, 'TXT needs at least one string', 'name TTL IN TXT "v=DKIM1; …"')
    return tokens.map(({ raw }) => {
      const octets =
        unescapeText(raw) ?? this.#refuse(line, 'an escape is malformed', 'write \\DDD with three digits up to 255')
      if (octets.length <= 255) return octets
      return this.#refuse(
        line,
        `a string of ${octets.length} bytes exceeds 255`,
        'split it into adjacent quoted strings: they are joined without a space',
      )
    })
  }

  #only(tokens: readonly Token[], count: number, kind: string, line: number): true {
    if (tokens.length === count) return true
    return this.#refuse(
      line,
      `${kind} takes ${count} value${count === 1 ? '' : 's'}, not ${tokens.length}`,
      'quote texts that hold white space',
    )
  }

  #name(token: Token, line: number): string {
    if (token.quoted) this.#refuse(line, 'a quoted text where a name belongs', 'names are not quoted')
    if (token.raw === '@' && this.#origin === '') {
      this.#refuse(line, '@ without an origin', 'write $ORIGIN example.com. above')
    }
    return (
      absoluteName(token.raw, this.#origin) ??
      this.#refuse(line, `${token.raw} is no domain name`, 'labels are 1 to 63 bytes, the whole name at most 255')
    )
  }

  #number({ raw }: Token, line: number): number {
    if (/^\d{1,10}$/.test(raw) && Number(raw) < 2 ** 32) return Number(raw)
    return this.#refuse(line, `${raw} is not a number`, 'numbers go up to 4294967295')
  }

  /** Seconds, or BIND's 1w2d3h4m5s; null where it is none. */
  #ttl({ raw, quoted }: Token): number | null {
    if (quoted || !/^(?:\d{1,10}|(?:\d{1,10}[smhdw])+)$/i.test(raw)) return null
    let seconds = 0
    for (const [, count, unit] of raw.matchAll(/(\d+)([smhdw]?)/gi))
      seconds += Number(count) * UNITS[unit!.toLowerCase()]!
    return seconds <= MAX_TTL ? seconds : null
  }
}

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
