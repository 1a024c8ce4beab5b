// What the message itself tells about its way: z= copies, other signatures, ARC hops, software that names itself. Pointers, never proof.

import type { FieldIndex, HeaderSection } from '../dkim/header.js'
import type { SignatureReport } from '../dkim/result.js'
import type { Signature } from '../dkim/signature.js'
import { parseTagList, type TagList, TagListError } from '../dkim/tag-list.js'
import { lowerAscii } from '../syntax/names.js'
import type { Pointer } from './explanation.js'
import { differencesToCopies } from './header/copied-fields.js'
import { plainValue, readable, usualName } from './header/field-text.js'
import type { HeaderModel } from './header-model.js'

export interface OtherSignature {
  readonly signature: Signature
  readonly report: SignatureReport
}

export interface EvidenceInput {
  readonly section: HeaderSection
  readonly index: FieldIndex
  readonly signature: Signature
  readonly report: SignatureReport
  readonly model: HeaderModel
  readonly others: readonly OtherSignature[]
}

export function evidenceOf(input: EvidenceInput): Pointer[] {
  return [...copies(input), ...otherSignatures(input), ...arcHops(input), ...software(input)]
}

function copies({ signature, model }: EvidenceInput): Pointer[] {
  return differencesToCopies(signature, model).map(({ name, copy, raw }) => {
    const now = raw === null ? 'it is gone' : `it is “${shown(plainValue(raw))}”`
    return {
      code: 'copied-field',
      text: `${usualName(name)} was “${shown(copy)}” according to z=; now ${now}`,
      fields: [name],
    }
  })
}

function shown(text: string): string {
  const cut = text.length > 120 ? `${text.slice(0, 119)}…` : text
  return readable(cut)
}

/** "… has not changed since": true only of the time after that other signature was made. */
function otherSignatures({ signature, report, others }: EvidenceInput): Pointer[] {
  return others.flatMap(({ signature: other, report: good }) => {
    if (other === signature || good.headerSignature !== 'match') return []
    const names = report.headerSignature === 'mismatch' ? [...new Set(signature.signedFields)] : []
    const fields = names.filter(name => other.signedFields.includes(name))
    const body = report.bodyHash === 'mismatch' && good.bodyHash === 'match'
    const parts = [...(body ? ['the body'] : []), ...fields.map(usualName)]
    if (parts.length === 0) return []
    const text = `unchanged since ${other.domain} signed (that signature verifies): ${parts.join(', ')}`
    return [{ code: 'other-signature', text, fields }]
  })
}

interface Hop {
  readonly instance: number
  readonly text: string
}

/** RFC 8617: each hop seals what it saw; read here, not verified. */
function arcHops({ section, index }: EvidenceInput): Pointer[] {
  const hops: Hop[] = []
  for (const field of index.get('arc-authentication-results') ?? []) {
    const value = plainValue(section.text.slice(field.start, field.valueEnd))
    const instance = Number(/^i=(\d{1,3})\b/.exec(value)?.[1] ?? 0)
    const results = [...value.matchAll(/\bdkim=([a-z]+)/g)].map(match => match[1])
    const host = /^i=\d{1,3};[ ]*([^; ]+)/.exec(value)?.[1] ?? 'unknown'
    if (instance > 0 && results.length > 0) {
      hops.push({ instance, text: `hop ${instance} (${shown(host)}) reports dkim=${results.join(', ')}` })
    }
  }
  for (const field of index.get('arc-seal') ?? []) {
    const tags = tagsOf(section.text.slice(field.valueStart, field.valueEnd))
    const instance = Number(tags?.get('i')?.value ?? 0)
    const cv = tags?.get('cv')?.value
    const domain = tags?.get('d')?.value ?? 'unknown'
    if (instance > 0 && cv !== undefined)
      hops.push({ instance, text: `hop ${instance} was sealed by ${shown(domain)} with cv=${shown(cv)}` })
  }
  return hops
    .sort((a, b) => a.instance - b.instance)
    .slice(0, 100)
    .map(({ text }) => ({ code: 'arc', text: `ARC ${text} (not verified)`, fields: [] }))
}

function tagsOf(text: string): TagList | null {
  try {
    return parseTagList(text)
  } catch (error) {
    if (error instanceof TagListError) return null
    throw error
  }
}

interface Software {
  readonly field: RegExp
  readonly value: RegExp
  readonly name: string
}

const SOFTWARE: readonly Software[] = [
  { field: /^x-mailman-version$/, value: /./, name: 'Mailman, a mailing list manager' },
  { field: /^(?:received|x-mailer)$/, value: /\bmlmmj\b/i, name: 'mlmmj, a mailing list manager' },
  { field: /^(?:x-sympa.*|x-loop)$/, value: /sympa|./i, name: 'a mailing list manager' },
  {
    field: /^(?:received|x-listserver|x-list)$/,
    value: /\b(?:listserv|ezmlm|majordomo|sympa)\b/i,
    name: 'a mailing list manager',
  },
  { field: /^list-id$/, value: /googlegroups\.com/i, name: 'Google Groups' },
  { field: /^list-(?:id|post|unsubscribe)$/, value: /./, name: 'a mailing list' },
  { field: /^x-ms-exchange-/, value: /./, name: 'Microsoft Exchange' },
  { field: /^received$/, value: /\.protection\.outlook\.com|\bMicrosoft SMTP Server\b/i, name: 'Microsoft Exchange' },
  { field: /^x-proofpoint-/, value: /./, name: 'a Proofpoint gateway' },
  { field: /^x-mimecast-/, value: /./, name: 'a Mimecast gateway' },
  { field: /^x-ironport-/, value: /./, name: 'a Cisco gateway' },
  { field: /^x-barracuda-/, value: /./, name: 'a Barracuda gateway' },
  { field: /^x-(?:sophos|sea-spam|sasi)/, value: /./, name: 'a Sophos gateway' },
  { field: /^x-(?:mailscanner|.*-mailscanner)/, value: /./, name: 'MailScanner' },
  { field: /^x-virus-scanned$/, value: /amavis/i, name: 'amavis' },
  { field: /^x-spam-(?:status|checker-version|flag)$/, value: /./, name: 'SpamAssassin' },
  { field: /^(?:x-forwarded-(?:to|for)|resent-from)$/, value: /./, name: 'a forwarder' },
  { field: /^x-mime-autoconverted$/, value: /./, name: 'software that re-encodes content (X-MIME-Autoconverted)' },
]

function software({ section, index }: EvidenceInput): Pointer[] {
  const found = new Map<string, string>()
  for (const [name, fields] of index) {
    for (const { field: pattern, value, name: title } of SOFTWARE) {
      if (found.has(title) || !pattern.test(name)) continue
      const field = fields.slice(0, 50).find(item => value.test(section.text.slice(item.valueStart, item.valueEnd)))
      if (field !== undefined) found.set(title, lowerAscii(name))
    }
  }
  return Array.from(found, ([title, field]) => ({
    code: 'software' as const,
    text: `the message went through ${title} (${usualName(field)})`,
    fields: [field],
  }))
}
