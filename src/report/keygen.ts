// The report of dkim keygen: the new keys as data, and what to do next, in order, with the real names filled in.

import { shellPath } from '../core/syntax/shell-word.js'
import { type DnsRecord, fullName } from './records/dns-record.js'
import { recordJson } from './records/json.js'

export interface NewKey {
  readonly file: string
  readonly type: 'rsa' | 'ed25519'
  readonly bits: number
  readonly fingerprint: string
  /** Octal text, as chmod takes it. */
  readonly mode: string
  readonly encrypted: boolean
  readonly record: DnsRecord
}

/** `dkim.keygen/1` */
export function keygenJson(keys: readonly NewKey[]) {
  return {
    schema: 'dkim.keygen/1',
    keys: keys.map(({ file, type, bits, fingerprint, mode, encrypted, record }) => {
      const { selector, domain, key: _, ...dns } = recordJson(record)
      return { domain, selector, type, bits, fingerprint, file, mode, encrypted, record: dns }
    }),
    next: nextSteps(keys).map(({ text, commands }) => `${text}: ${commands.join('; ')}`),
  }
}

export function describeKey({ file, type, bits, fingerprint, mode, encrypted }: NewKey): string {
  const size = type === 'rsa' ? `rsa, ${bits} bits` : type
  return `wrote ${file} (${size}, ${fingerprint}, mode ${mode}${encrypted ? ', encrypted' : ''})`
}

/** What to do, and the commands that do it. */
export interface NextStep {
  readonly text: string
  readonly commands: readonly string[]
}

/** Commands are printed for this many keys; the others are counted. */
const MAX_KEYS_SHOWN = 4

export function nextSteps(keys: readonly NewKey[]): NextStep[] {
  const shown = keys.slice(0, MAX_KEYS_SHOWN)
  const more = keys.length > shown.length ? ` (likewise for ${keys.length - shown.length} more)` : ''
  const [it, record] = keys.length === 1 ? ['it', 'the record'] : ['them', 'the records']
  const first = shown[0]!
  const format = `dkim format-record ${keyArguments(first)} --key ${shellPath(first.file)}`
  return [
    {
      text: `publish ${record}${more}, in your DNS host's format, for example`,
      commands: [`${format} --dialect panel`],
    },
    { text: `wait until ${it} can be found in DNS${more}`, commands: shown.map(lookupCommand) },
    {
      text: `then sign with ${it}${more} or configure your mail server, for example`,
      commands: [...signCommands(shown), `${format} --signer opendkim`],
    },
  ]
}

function lookupCommand(key: NewKey): string {
  // An encrypted file would have to be opened for that.
  const expected = key.encrypted ? '' : ` --expect ${shellPath(key.file)}`
  return `dkim lookup ${nameOf(key)} --wait${expected}`
}

function nameOf({ record }: NewKey): string {
  return record.domain === null ? `${fullName(record)}.YOUR-DOMAIN` : fullName(record)
}

function keyArguments({ record: { selector, domain } }: NewKey): string {
  return `--selector ${selector}${domain === null ? '' : ` --domain ${domain}`}`
}

/** One command for each domain, with all its keys: an RSA and an Ed25519 signature belong on the same message. */
function signCommands(keys: readonly NewKey[]): string[] {
  const domains = [...new Set(keys.map(({ record }) => record.domain))]
  return domains.map(name => {
    const pairs = keys
      .filter(({ record }) => record.domain === name)
      .map(({ file, record }) => `--key ${shellPath(file)} --selector ${record.selector}`)
    return `dkim sign ${pairs.join(' ')}${name === null ? '' : ` --domain ${name}`} message.eml`
  })
}
