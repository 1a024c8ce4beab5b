// One change of a record: a word of what to do, and the record as the DNS host takes it.

import type { RecordChange } from '../../core/rotation/instructions.js'
import type { RotationPlan } from '../../core/rotation/plan.js'
import { DIALECTS, type DialectName, formatRecords } from '../records/dialects.js'
import { type DnsRecord, dnsRecord } from '../records/dns-record.js'

export interface ChangeView {
  /** `add s2._domainkey.example.com TXT` */
  readonly title: string
  /** For the DNS host; null where there is nothing to paste. */
  readonly text: string | null
}

const WORDS = { publish: 'add', replace: 'replace', remove: 'remove' } as const satisfies Record<
  RecordChange['action'],
  string
>

export function changeView(
  change: RecordChange,
  plan: RotationPlan,
  dialect: DialectName,
  zone: string | null = null,
): ChangeView {
  const title = `${WORDS[change.action]} ${change.name} ${change.type}`
  if (change.value === null && change.action !== 'remove')
    return { title: `${title}: ${unknownRecord(change, plan)}`, text: null }
  if (dialect === 'nsupdate') return { title, text: `${transaction(change).join('\n')}\n` }
  if (change.action === 'remove') return { title, text: null }
  const record = recordOf(change, plan, zone)
  return { title, text: record === null ? masterLine(change) : formatIn(dialect, record) }
}

function unknownRecord({ name }: RecordChange, { old, domain }: RotationPlan): string {
  const isOld = name === (old.alias ?? `${old.selector}._domainkey.${domain}`)
  return isOld ? 'take the record from a backup of the zone' : 'the record that dkim keygen prints'
}

/** The dialects take key records of the domain only, and printable text. */
export function recordOf(
  { action, name, type, ttl, value }: RecordChange,
  { domain }: RotationPlan,
  zone: string | null = null,
): DnsRecord | null {
  const suffix = `._domainkey.${domain}`
  if (!name.endsWith(suffix) || value === null || !/^[ -~]*$/.test(value)) return null
  return dnsRecord({
    selector: name.slice(0, -suffix.length),
    domain,
    zone: zone ?? undefined,
    type,
    ttl,
    value,
    replaces: action === 'replace',
  })
}

function formatIn(dialect: DialectName, record: DnsRecord): string {
  const fits = record.type !== 'CNAME' || !('noCname' in DIALECTS[dialect])
  return formatRecords(fits ? dialect : 'bind', [record])
}

function masterLine({ name, type, ttl, value }: RecordChange): string {
  return `${name}. ${ttl} IN ${type} ${recordData(type, value ?? '')}\n`
}

/** The data of a record in a master file. */
export function recordData(type: RecordChange['type'], value: string): string {
  return type === 'CNAME' ? `${value}.` : characterStrings(value)
}

const MAX_STRING = 255

/** Character-strings of at most 255 octets; the text is latin1, one character an octet (RFC 1035 §5.1). */
function characterStrings(value: string): string {
  const strings: string[] = []
  for (let start = 0; start < value.length; start += MAX_STRING) strings.push(value.slice(start, start + MAX_STRING))
  return (strings.length === 0 ? [''] : strings).map(text => `"${escapeString(text)}"`).join(' ')
}

function escapeString(text: string): string {
  return text.replace(/["\\]|[^ -~]/g, character =>
    character === '"' || character === '\\'
      ? `\\${character}`
      : `\\${String(character.charCodeAt(0) & 0xff).padStart(3, '0')}`,
  )
}

/** The prerequisite (RFC 2136 §2.4) makes a second run harmless, and refuses where somebody else has changed the record. */
export function transaction(change: RecordChange): string[] {
  const { action, name, type, ttl, value, before } = change
  if (value === null && action !== 'remove') return [`; ${name} ${type}: the record is not known here`]
  const owner = `${name}.`
  const add = `update add ${owner} ${ttl} IN ${type} ${value === null ? '' : recordData(type, value)}`
  const remove = `update delete ${owner} ${type}`
  if (action === 'publish') return [`prereq nxrrset ${owner} ${type}`, add, 'send']
  const known = before === null ? '' : ` ${recordData(type, before)}`
  const prerequisite = `prereq yxrrset ${owner} ${type}${known}`
  return action === 'remove' ? [prerequisite, remove, 'send'] : [prerequisite, remove, add, 'send']
}
