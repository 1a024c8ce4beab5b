// DMARC aggregate reports (RFC 7489 Appendix C): which selectors of a domain receivers saw, when, and whether they passed.

import { DkimError } from '../errors.js'
import type { ReportedUse } from './evidence.js'
import { EARLIEST, LATEST } from './refusals.js'
import { parseXml, type XmlElement } from './xml.js'

export interface AggregateReport {
  readonly organization: string
  readonly id: string
  readonly uses: readonly ReportedUse[]
  /** Messages with a DKIM result of the domain whose reporter left the selector out (it was optional in RFC 7489). */
  readonly withoutSelector: number
}

const HINT = 'name DMARC aggregate reports (RFC 7489 appendix C); leave this file out'

/** `name` is the file's; only results of `domain` itself are kept. */
export function readAggregateReport(bytes: Uint8Array, name: string, domain: string): AggregateReport {
  const feedback = parseXml(decodeText(bytes), name)
  if (feedback.name !== 'feedback') {
    throw new DkimError(
      'input-unreadable',
      `${name} is XML, but no aggregate report: its root is <${feedback.name}>`,
      HINT,
    )
  }
  const metadata = child(feedback, 'report_metadata')
  const range = metadata && child(metadata, 'date_range')
  const begin = timeOf(range && child(range, 'begin'), name)
  const end = timeOf(range && child(range, 'end'), name)
  if (end < begin) throw new DkimError('input-unreadable', `${name}: the report ends before it begins`, HINT)
  const counted = countUses(feedback, domain)
  const reporter = textOf(metadata, 'org_name')
  const source = textOf(metadata, 'report_id') || name
  return {
    organization: textOf(metadata, 'org_name'),
    id: textOf(metadata, 'report_id'),
    uses: [...counted.uses.values()].map(use => ({ ...use, source, begin, end, reporter })),
    withoutSelector: counted.withoutSelector,
  }
}

interface Counted {
  readonly uses: Map<string, { selector: string; pass: boolean; messages: number; address: string }>
  withoutSelector: number
}

function countUses(feedback: XmlElement, domain: string): Counted {
  const counted: Counted = { uses: new Map(), withoutSelector: 0 }
  for (const record of all(feedback, 'record')) {
    const row = child(record, 'row')
    const messages = countOf(textOf(row, 'count'))
    const address = textOf(row, 'source_ip')
    const results = child(record, 'auth_results')
    for (const dkim of results === undefined ? [] : all(results, 'dkim')) {
      if (textOf(dkim, 'domain').toLowerCase().replace(/\.$/, '') !== domain) continue
      const selector = textOf(dkim, 'selector').toLowerCase()
      const pass = textOf(dkim, 'result').toLowerCase() === 'pass'
      if (selector === '') counted.withoutSelector += messages
      else add(counted, selector, pass, messages, address)
    }
  }
  return counted
}

function add({ uses }: Counted, selector: string, pass: boolean, messages: number, address: string): void {
  const key = `${selector} ${pass} ${address}`
  const before = uses.get(key)?.messages ?? 0
  uses.set(key, { selector, pass, messages: before + messages, address })
}

/** A missing or broken count still stands for at least one message. */
function countOf(text: string): number {
  return /^\d{1,12}$/.test(text) ? Math.max(1, Number(text)) : 1
}

/** Seconds since the epoch; some reporters write milliseconds. */
function timeOf(element: XmlElement | undefined, name: string): number {
  const text = element?.text ?? ''
  const time = /^\d{13}$/.test(text) ? Number(text) : /^\d{9,11}$/.test(text) ? Number(text) * 1000 : Date.parse(text)
  if (!(time >= EARLIEST && time <= LATEST)) {
    throw new DkimError('input-unreadable', `${name}: the report has no usable date range`, HINT)
  }
  return time
}

function child(parent: XmlElement, name: string): XmlElement | undefined {
  return parent.children.find(element => element.name === name)
}

function all(parent: XmlElement, name: string): readonly XmlElement[] {
  return parent.children.filter(element => element.name === name)
}

function textOf(parent: XmlElement | undefined, name: string): string {
  return (parent && child(parent, name)?.text) ?? ''
}

/** UTF-8 unless a byte order mark or the XML declaration says otherwise. */
function decodeText(bytes: Uint8Array): string {
  const [first = 0, second = 0] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1')
  const declared = /^[^<]*<\?xml[^>]*encoding=["']([A-Za-z0-9_.:-]{1,40})["']/.exec(head)?.[1]
  return decoderFor(declared).decode(bytes)
}

function decoderFor(label: string | undefined): InstanceType<typeof TextDecoder> {
  try {
    // What calls itself UTF-16 without a mark and still shows its declaration in single bytes is none.
    return new TextDecoder(label === undefined || /^utf-?16/i.test(label) ? 'utf-8' : label)
  } catch {
    return new TextDecoder('utf-8')
  }
}
