// The JSON form of a zone: {"name": "text" | ["text", …] | {"txt": …, "cname": …, "ttl": …} | {"error": "NXDOMAIN" | "SERVFAIL" | "TIMEOUT"}}.

import { DkimError } from '../errors.js'
import { absoluteName } from './name.js'
import { MAX_TTL } from './record.js'
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
  const values = parseObject(text, file)
  const seen = new Set<string>()
  for (const { key, position } of topLevelMembers(text)) {
    const refuse = (message: string, hint = HINT): never => {
      throw new DkimError('zone-invalid', `${file}:${lineAt(text, position)}: ${message}`, hint)
    }
    const name = absoluteName(key.endsWith('.') ? key : `${key}.`, '')
    if (name === undefined || name === '') return refuse(`${JSON.stringify(key)} is no domain name`)
    // JSON.parse keeps the last of two members of one name, and says nothing of the other.
    if (seen.has(name)) return refuse(`duplicate name ${name}`, 'list all its texts in one place: {"name": ["…", "…"]}')
    seen.add(name)
    addValue(zone, name, values.get(key), file, refuse)
  }
  return zone
}

function parseObject(text: string, file: string): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return new Map(Object.entries(value))
  } catch (error) {
    const position = Number(/position (\d+)/.exec(String(error))?.[1] ?? text.length)
    const where = `${file}:${lineAt(text, position)}`
    throw new DkimError('zone-invalid', `${where}: malformed JSON`, 'check quotes, commas and brackets there')
  }
  throw new DkimError('zone-invalid', `${file}:1: JSON, but not an object of names and records`, HINT)
}

interface Member {
  readonly key: string
  readonly position: number
}

/** The members of the outermost object as they are written, repeated ones too. `text` is known to be JSON. */
function* topLevelMembers(text: string): Generator<Member> {
  let depth = 0
  // Behind { and behind , of the outermost object the next string is a name.
  let expectsName = false
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
    if (depth === 1 && (character === '{' || character === ',')) expectsName = true
    if (character !== '"') continue
    const end = stringEnd(text, index)
    if (expectsName) yield { key: String(JSON.parse(text.slice(index, end))), position: index }
    expectsName = false
    index = end - 1
  }
}

/** Index behind the closing quotation mark of the string that begins at `start`. */
function stringEnd(text: string, start: number): number {
  const quote = text.indexOf('"', start + 1)
  if (quote !== -1 && !text.slice(start, quote).includes('\\')) return quote + 1
  for (let index = start + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1
    else if (text[index] === '"') return index + 1
  }
  return text.length
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length
}

type Refuse = (message: string, hint?: string) => never

function addValue(zone: Zone, name: string, value: unknown, file: string, refuse: Refuse): void {
  const fields = asFields(value)
  if (fields === null)
    refuse(`the value of ${name} must be a string, an array of strings, or an object with known members`)
  const ttl = fields.ttl ?? null
  if (ttl !== null && ttl > MAX_TTL) refuse(`the TTL of ${name} is more than ${MAX_TTL} (RFC 2181 §8)`)
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
    if (failure === undefined) refuse(`the error of ${name} must be one of ${[...FAILURES.keys()].join(', ')}`)
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
