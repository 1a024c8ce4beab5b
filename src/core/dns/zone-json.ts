// The JSON form of a zone: {"name": "text" | ["text", …] | {"txt": …, "cname": …, "ttl": …} | {"error": "NXDOMAIN" | "SERVFAIL" | "TIMEOUT"}}.

import { DkimError } from '../errors.js'
import { absoluteName } from './name.js'
import type { PlayedFailure, Zone } from './zone.js'

const FAILURES: ReadonlyMap<string, PlayedFailure> = new Map([
  ['NXDOMAIN', 'nxdomain'],
  ['SERVFAIL', 'servfail'],
  ['TIMEOUT', 'timeout'],
])

const HINT =
  'the form is {"sel._domainkey.example.com": "v=DKIM1; …"}; instead of the text, ["…"], {"txt": ["…"]} or {"error": "NXDOMAIN"}'

/** A text is one TXT record, an array several: how a record is cut into strings is of no interest here. */
export function readZoneJson(text: string, file: string, zone: Zone): Zone {
  for (const [key, value] of Object.entries(parseObject(text, file))) {
    const line = lineOf(text, key)
    const refuse: (message: string) => never = message => {
      throw new DkimError('zone-invalid', `${file}:${line}: ${message}`, HINT)
    }
    const name = absoluteName(key.endsWith('.') ? key : `${key}.`, '')
    if (name === undefined || name === '') refuse(`${JSON.stringify(key)} is no domain name`)
    addValue(zone, name, value, file, refuse)
  }
  return zone
}

function parseObject(text: string, file: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch (error) {
    const position = Number(/position (\d+)/.exec(String(error))?.[1] ?? text.length)
    const line = text.slice(0, position).split('\n').length
    throw new DkimError('zone-invalid', `${file}:${line}: malformed JSON`, 'check quotes, commas and brackets there')
  }
  throw new DkimError('zone-invalid', `${file}:1: JSON, but no object of names and records`, HINT)
}

function addValue(zone: Zone, name: string, value: unknown, file: string, refuse: (message: string) => never): void {
  const fields = asFields(value)
  if (fields === null) refuse(`the value of ${name} is neither a text, nor texts, nor an object of known members`)
  const ttl = fields.ttl ?? null
  for (const txt of fields.txt) {
    const data = { type: 'TXT', strings: splitStrings(Buffer.from(txt, 'utf8')) } as const
    zone.add({ name, ttl, data }, file)
  }
  if (fields.cname !== undefined) {
    const target = absoluteName(fields.cname.endsWith('.') ? fields.cname : `${fields.cname}.`, '')
    if (target === undefined) refuse(`${JSON.stringify(fields.cname)} is no domain name`)
    zone.add({ name, ttl, data: { type: 'CNAME', target } }, file)
  }
  if (fields.error !== undefined) {
    const failure = FAILURES.get(fields.error)
    if (failure === undefined) refuse(`the error of ${name} is none of ${[...FAILURES.keys()].join(', ')}`)
    zone.fail(name, failure, file)
  }
  // {"txt": []}: the name exists and has no TXT record.
  if (fields.txt.length === 0 && fields.cname === undefined && fields.error === undefined) {
    zone.add({ name, ttl, data: { type: 'OTHER', code: 0 } }, file)
  }
}

interface Fields {
  readonly txt: readonly string[]
  readonly cname?: string
  readonly error?: string
  readonly ttl?: number
}

function asFields(value: unknown): Fields | null {
  const direct = asTexts(value)
  if (direct !== null) return { txt: direct }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const members = new Map<string, unknown>(Object.entries(value))
  const fields: { txt: readonly string[]; cname?: string; error?: string; ttl?: number } = { txt: [] }
  for (const [member, content] of members) {
    const texts = asTexts(content)
    if (member === 'txt' && texts !== null) fields.txt = texts
    else if (member === 'cname' && typeof content === 'string') fields.cname = content
    else if (member === 'error' && typeof content === 'string') fields.error = content
    else if (member === 'ttl' && Number.isInteger(content) && (content as number) >= 0) fields.ttl = content as number
    else return null
  }
  return members.size === 0 ? null : fields
}

function asTexts(value: unknown): readonly string[] | null {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) && value.every(item => typeof item === 'string') ? value : null
}

/** Cut the way a server would: 255 octets each. */
export function splitStrings(octets: Uint8Array): Uint8Array[] {
  const strings: Uint8Array[] = []
  for (let start = 0; start < octets.length; start += 255) strings.push(octets.subarray(start, start + 255))
  return strings.length === 0 ? [octets] : strings
}

/** Where a member is written; 1 where escapes hide it. */
function lineOf(text: string, key: string): number {
  const position = text.indexOf(JSON.stringify(key))
  return position === -1 ? 1 : text.slice(0, position).split('\n').length
}
