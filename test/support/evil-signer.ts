// A signer for tests that refuses nothing: any tag text, any bytes, any key. It shares no code with the product,
// so that a rejection is tested on a signature whose cryptography is right.
import { createHash, type KeyObject, sign } from 'node:crypto'
import { KEYS, type KeyName } from './keys.js'

type Canonicalization = 'simple' | 'relaxed'

export interface EvilOptions {
  readonly key?: KeyName
  /** How header and body are canonicalized, whatever c= says. */
  readonly header?: Canonicalization
  readonly body?: Canonicalization
  /** Octets of the canonical body that are hashed, whatever l= says. */
  readonly length?: number
  readonly hash?: 'sha256' | 'sha1'
  /** The fields that are hashed, whatever h= says. */
  readonly fields?: readonly string[]
  /** Tags of the standard text that are replaced, or with null left out. */
  readonly tags?: Readonly<Record<string, string | null>>
  /** Appended to the standard text before b=. */
  readonly extra?: string
  /** All tags as one latin1 text; `{bh}` and `{b}` stand for the values. */
  readonly text?: string
  /** The field's name, colon and what else comes before the tags. */
  readonly name?: string
  /** From the canonical header to the bytes of b=. */
  readonly sign?: (header: Buffer, key: KeyObject) => Buffer
  /** From those bytes to the text of b=. */
  readonly encode?: (signature: Buffer) => string
}

/** The signature field alone, with its CRLF. `message` is latin1 text with CRLF line ends. */
export function evilField(message: string, options: EvilOptions = {}): string {
  const { header = 'relaxed', body = 'relaxed', hash = 'sha256' } = options
  const [head, content] = cut(message)
  const canonical = Buffer.from(canonicalBody(content, body), 'latin1')
  const bodyHash = createHash(hash).update(canonical.subarray(0, options.length ?? canonical.length))
  const fields = options.fields ?? (options.tags?.['h'] ?? DEFAULT_FIELDS).split(':').map(name => name.trim())
  const text = (options.text ?? standardText(options)).replace('{bh}', bodyHash.digest('base64'))
  const field = `${options.name ?? 'DKIM-Signature: '}${text}`
  const emptied = field.replace(/[ \t\r\n]*\{b\}[ \t\r\n]*/, '')
  const signed = `${selected(head, fields)
    .map(line => canonicalField(line, header))
    .join('')}${canonicalField(emptied, header).slice(0, -2)}`
  const key = KEYS[options.key ?? 'rsa2048']
  const signature = (options.sign ?? ordinarySignature(hash))(Buffer.from(signed, 'latin1'), key)
  const encode = options.encode ?? (bytes => bytes.toString('base64'))
  return `${field.replace('{b}', encode(signature))}\r\n`
}

/** The message with the signature in front of it. */
export function evilSign(message: string, options: EvilOptions = {}): string {
  return evilField(message, options) + message
}

const DEFAULT_FIELDS = 'from:to:subject:date'

function standardText({ key = 'rsa2048', tags = {}, extra = '', hash = 'sha256', header, body }: EvilOptions): string {
  const type = KEYS[key].asymmetricKeyType === 'ed25519' ? 'ed25519' : 'rsa'
  const standard = new Map<string, string | null>([
    ['v', '1'],
    ['a', `${type}-${hash}`],
    ['c', `${header ?? 'relaxed'}/${body ?? 'relaxed'}`],
    ['d', 'legit.test'],
    ['s', 'sel'],
    ['h', DEFAULT_FIELDS],
    ['bh', '{bh}'],
  ])
  for (const [name, value] of Object.entries({ ...tags })) standard.set(name, value)
  const b = standard.has('b') ? standard.get('b') : '{b}'
  standard.delete('b')
  if (b !== null && b !== undefined) standard.set('b', b)
  const parts = Array.from(standard).flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`]))
  return extra === '' ? parts.join('; ') : [...parts.slice(0, -1), extra, ...parts.slice(-1)].join('; ')
}

function ordinarySignature(hash: 'sha256' | 'sha1'): (header: Buffer, key: KeyObject) => Buffer {
  return (header, key) =>
    key.asymmetricKeyType === 'ed25519'
      ? sign(null, createHash(hash).update(header).digest(), key)
      : sign(hash, header, key)
}

function cut(message: string): [head: string, body: string] {
  if (message.startsWith('\r\n')) return ['', message.slice(2)]
  const blank = message.indexOf('\r\n\r\n')
  return blank === -1 ? [message, ''] : [message.slice(0, blank + 2), message.slice(blank + 4)]
}

/** Bottom up, one field further for each repetition (§5.4.2). */
function selected(head: string, names: readonly string[]): string[] {
  const left = head.split(/\r\n(?![ \t])/).filter(line => line !== '')
  return names.flatMap(name => {
    for (let index = left.length - 1; index >= 0; index -= 1) {
      if (nameOf(left[index]!) === name.toLowerCase()) return left.splice(index, 1)
    }
    return []
  })
}

function nameOf(line: string): string {
  return line
    .slice(0, line.indexOf(':'))
    .replace(/[ \t]+$/, '')
    .toLowerCase()
}

export function canonicalField(line: string, how: Canonicalization): string {
  if (how === 'simple') return `${line}\r\n`
  const value = line.slice(line.indexOf(':') + 1).replace(/\r\n/g, '')
  return `${nameOf(line)}:${value
    .split(/[ \t]+/)
    .join(' ')
    .replace(/^ /, '')
    .replace(/ $/, '')}\r\n`
}

export function canonicalBody(body: string, how: Canonicalization): string {
  let lines = body.split('\r\n')
  if (how === 'relaxed')
    lines = lines.map(line =>
      line
        .split(/[ \t]+/)
        .join(' ')
        .replace(/ $/, ''),
    )
  while (lines.at(-1) === '') lines.pop()
  if (lines.length === 0) return how === 'simple' ? '\r\n' : ''
  return `${lines.join('\r\n')}\r\n`
}
