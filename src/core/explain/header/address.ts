// Addresses written anew: quotes, angle brackets, comments, letter case, A-labels and U-labels; and recipients put in (RFC 5322 §3.4).

import { domainToASCII, domainToUnicode } from 'node:url'
import type { Cause } from '../causes.js'
import type { HeaderFamily } from '../header-hypothesis.js'
import { fieldText, present, splitOutside, withValue } from './field-text.js'

export const ADDRESS_FIELDS: ReadonlySet<string> = new Set([
  'from',
  'to',
  'cc',
  'reply-to',
  'sender',
  'bcc',
  'resent-from',
  'resent-to',
])
const MAX_RECIPIENTS = 200

export interface Mailbox {
  /** Without quotes; empty where there is none. */
  readonly name: string
  readonly address: string
}

/** A mailbox in the form `name <address>`, `<address>`, `address` or `address (name)`. */
export function readMailbox(text: string): Mailbox | undefined {
  const trimmed = text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')
  const angle = /^(.*?)[ \t\r\n]*<[ \t]*([^<>]*?)[ \t]*>$/s.exec(trimmed)
  if (angle !== null) return { name: unquoted(angle[1]!), address: angle[2]! }
  const comment = /^([^ \t()<>]+@[^ \t()<>]+)[ \t]*\(([^()]*)\)$/.exec(trimmed)
  if (comment !== null) return { name: comment[2]!, address: comment[1]! }
  return /^[^ \t\r\n<>()]+@[^ \t\r\n<>()]+$/.test(trimmed) ? { name: '', address: trimmed } : undefined
}

function unquoted(name: string): string {
  const match = /^"((?:[^"\\]|\\.)*)"$/s.exec(name)
  return match === null ? name : match[1]!.replace(/\\(.)/g, '$1')
}

/** A mailbox in all its usual forms. */
export function* mailboxForms({ name, address }: Mailbox): Iterable<string> {
  if (name !== '') {
    yield `${name} <${address}>`
    yield `"${name.replace(/["\\]/g, '\\$&')}" <${address}>`
    yield `'${name}' <${address}>`
    yield `"'${name}'" <${address}>`
    if (/^'.*'$/.test(name)) {
      yield `${name.slice(1, -1)} <${address}>`
      yield `"${name.slice(1, -1)}" <${address}>`
    }
    yield `${address} (${name})`
    yield `${name}<${address}>`
  }
  yield address
  yield `<${address}>`
  yield `"${address}" <${address}>`
  yield `${address} <${address}>`
}

interface Respelling {
  readonly code: Cause
  readonly apply: (address: string) => string
}

const RESPELLINGS: readonly Respelling[] = [
  { code: 'domain-form-changed', apply: address => onDomain(address, domain => domain.toLowerCase()) },
  { code: 'domain-form-changed', apply: address => onDomain(address, domain => domain.toUpperCase()) },
  {
    code: 'domain-form-changed',
    apply: address => onDomain(address, domain => domain.replace(/^[a-z]/, c => c.toUpperCase())),
  },
  {
    code: 'domain-form-changed',
    apply: address => onDomain(address, domain => domain.replace(/(?:^|\.|-)[a-z]/g, c => c.toUpperCase())),
  },
  { code: 'domain-form-changed', apply: address => onDomain(address, toUnicode) },
  { code: 'domain-form-changed', apply: address => onDomain(address, toAscii) },
  { code: 'address-reformatted', apply: address => address.toLowerCase() },
  { code: 'address-reformatted', apply: address => address.replace(/^[a-z]/, c => c.toUpperCase()) },
  {
    code: 'address-reformatted',
    apply: address =>
      address.replace(/(?:^|[.@_-])[a-z]/g, c => c.toUpperCase()).replace(/@.*/s, domain => domain.toLowerCase()),
  },
]

function onDomain(address: string, change: (domain: string) => string): string {
  const at = address.lastIndexOf('@')
  return at === -1 ? address : address.slice(0, at + 1) + change(address.slice(at + 1))
}

function toUnicode(domain: string): string {
  return domain.includes('xn--') ? Buffer.from(domainToUnicode(domain), 'utf8').toString('latin1') : domain
}

function toAscii(domain: string): string {
  return /[\x80-\xff]/.test(domain) ? domainToASCII(Buffer.from(domain, 'latin1').toString('utf8')) || domain : domain
}

export const addresses: HeaderFamily = function* ({ model }) {
  for (const { position, name, raw } of present(model.positions)) {
    if (!ADDRESS_FIELDS.has(name)) continue
    const field = fieldText(raw)
    const items = splitOutside(field.value, ',')
    if (items.length > MAX_RECIPIENTS) continue
    const seen = new Set([field.value])
    for (const [code, value] of rewritten(items)) {
      if (seen.has(value)) continue
      seen.add(value)
      const what = code === 'recipients-changed' ? 'a recipient was added to' : 'addresses were written anew in'
      yield { code, changes: [{ position, raw: withValue(raw, value) }], text: `${what} ${field.name}` }
    }
  }
}

function* rewritten(items: readonly string[]): Iterable<readonly [Cause, string]> {
  for (const { code, apply } of RESPELLINGS) {
    yield [code, items.map(item => item.replace(/[^ \t\r\n<>()",]+@[^ \t\r\n<>()",]+/g, apply)).join(',')]
  }
  const boxes = items.map(readMailbox)
  const forms = boxes.map(box => (box === undefined ? [] : [...mailboxForms(box)]))
  const most = Math.max(...forms.map(({ length }) => length))
  for (let form = 0; form < most; form += 1) {
    const all = items.map((item, index) =>
      forms[index]![form] === undefined ? item : spaced(item, forms[index]![form]!),
    )
    yield ['address-reformatted', all.join(',')]
  }
  if (items.length === 1) return
  for (const [index, item] of items.entries()) {
    for (const form of forms[index]!) {
      yield ['address-reformatted', [...items.slice(0, index), spaced(item, form), ...items.slice(index + 1)].join(',')]
    }
  }
  for (const index of items.keys()) {
    const rest = items.filter((_, other) => other !== index).join(',')
    yield ['recipients-changed', rest.replace(/^[ \t\r\n]+/, '')]
  }
}

/** The white space of the item around another form. */
function spaced(item: string, form: string): string {
  const [lead = ''] = /^[ \t\r\n]*/.exec(item)!
  return lead + form
}
