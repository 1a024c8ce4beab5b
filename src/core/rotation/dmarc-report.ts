// DMARC aggregate reports (RFC 9990, RFC 7489 Appendix C): which selectors of a domain receivers saw, when, and whether they passed.

import { DkimError } from '../errors.js'
import { ARCHIVE_LIMITS } from './archive.js'
import type { ReportedUse } from './evidence.js'
import { EARLIEST, LATEST } from './refusals.js'
import { decodeEntities, readXml, XmlFault, type XmlHandler } from './xml.js'

/** One selector of one domain in one report. */
export interface SelectorUse extends ReportedUse {
  readonly domain: string
  /** The organization that reports. */
  readonly reporter: string
  /** Of the sources with this selector and result, the one with the most messages; empty where the report names none. */
  readonly address: string
}

export interface AggregateReport {
  readonly organization: string
  readonly id: string
  readonly uses: readonly SelectorUse[]
  /** Messages with a DKIM result of the domain whose reporter left the selector out (it was optional in RFC 7489). */
  readonly withoutSelector: number
}

const HINT = 'name DMARC aggregate reports: XML, .gz or .zip files, or folders of them'

/** `name` is the file's; only results of the domains given are kept. Throws DkimError. */
export function readAggregateReport(
  bytes: Uint8Array,
  name: string,
  domains: string | ReadonlySet<string>,
): AggregateReport {
  // A report is read whole; that of a whole day of a large domain is a few megabytes.
  if (bytes.length > ARCHIVE_LIMITS.report) {
    const limit = `${ARCHIVE_LIMITS.report / 1024 / 1024} MiB`
    throw new DkimError('limit', `${name} is larger than ${limit}`, 'reports are small: look at what this is')
  }
  const reader = new FeedbackReader(typeof domains === 'string' ? new Set([domains]) : domains)
  try {
    readXml(decodeText(bytes), reader)
    return reader.end(name)
  } catch (error) {
    if (!(error instanceof XmlFault)) throw error
    throw new DkimError('input-unreadable', `${name} is not a DMARC aggregate report: ${error.message}`, HINT)
  }
}

/** What is read of a report: the elements that lead to a value, and the values. Everything else is passed over. */
interface Place {
  /**
   * An element with elements in it, whose own end tag has to be there: a report that was cut off, or has its records mixed up,
   * proves nothing.
   */
  readonly children: ReadonlyMap<string, Place> | null
  readonly end: 'result' | 'record' | null
}

const leaf: Place = { children: null, end: null }
const place = (children: Readonly<Record<string, Place>>, end: Place['end'] = null): Place => ({
  children: new Map(Object.entries(children)),
  end,
})

const REPORT = place({
  report_metadata: place({ org_name: leaf, report_id: leaf, date_range: place({ begin: leaf, end: leaf }) }),
  record: place(
    {
      row: place({ source_ip: leaf, count: leaf }),
      auth_results: place({ dkim: place({ domain: leaf, selector: leaf, result: leaf }, 'result') }),
    },
    'record',
  ),
})

/** Longer than any name, number or id of a report; what is longer is cut here. */
const LONGEST_VALUE = 1000

interface Count {
  readonly domain: string
  selector: string
  readonly pass: boolean
  messages: number
  address: string
  /** Messages of the record that `address` is from. */
  most: number
}

class FeedbackReader implements XmlHandler {
  readonly #domains: ReadonlySet<string>
  readonly #path: (Place | undefined)[] = []
  /** By element name, which says enough here: the first value in the report, in the record, or in the DKIM result that is open. */
  readonly #values = new Map<string, string>()
  readonly #results: { readonly domain: string; readonly selector: string; readonly result: string }[] = []
  readonly #counts = new Map<string, Count>()
  #withoutSelector = 0
  #reports = 0
  #isLeaf = false
  #text = ''

  constructor(domains: ReadonlySet<string>) {
    this.#domains = domains
  }

  open(name: string): void {
    // Some reporters wrap the report, or its beginning, in a schema element that they never close.
    if (name === 'schema') return
    const isRoot = this.#path.length === 0
    if (isRoot && name !== 'feedback') throw new XmlFault(`its root is <${name}>`)
    if (isRoot && ++this.#reports > 1) throw new XmlFault('it has two root elements')
    const here = isRoot ? REPORT : this.#path.at(-1)?.children?.get(name)
    this.#path.push(here)
    this.#isLeaf = here?.children === null && !this.#values.has(name)
    this.#text = ''
  }

  text(raw: string, isLiteral: boolean): void {
    if (!this.#isLeaf || this.#text.length >= LONGEST_VALUE) return
    const piece = raw.slice(0, LONGEST_VALUE)
    this.#text += isLiteral ? piece : decodeEntities(piece)
  }

  close(name: string, isImplied: boolean): void {
    if (name === 'schema') return
    const here = this.#path.pop()
    if (isImplied && here !== undefined && here.children !== null) throw new XmlFault(`<${name}> is not closed`)
    if (this.#isLeaf && here?.children === null) this.#values.set(name, trimmed(this.#text))
    this.#isLeaf = false
    if (here?.end === 'result') this.#endResult()
    if (here?.end === 'record') this.#endRecord()
  }

  #take(name: string): string {
    const value = this.#values.get(name) ?? ''
    this.#values.delete(name)
    return value
  }

  #endResult(): void {
    const domain = this.#take('domain').toLowerCase().replace(/\.$/, '')
    const selector = this.#take('selector').toLowerCase()
    const result = this.#take('result')
    if (this.#domains.has(domain)) this.#results.push({ domain, selector, result })
  }

  /** The row may follow the results: they count when the record ends. */
  #endRecord(): void {
    const messages = countOf(this.#take('count'))
    const address = this.#take('source_ip')
    for (const { domain, selector, result } of this.#results.splice(0)) {
      if (selector === '') this.#withoutSelector += messages
      else this.#add({ domain, selector, pass: result.toLowerCase() === 'pass', messages, address, most: messages })
    }
  }

  #add(use: Count): void {
    const key = `${use.domain} ${use.selector} ${use.pass}`
    const before = this.#counts.get(key)
    if (before === undefined) {
      use.selector = flat(use.selector)
      use.address = flat(use.address)
      this.#counts.set(key, use)
      return
    }
    before.messages += use.messages
    if (use.most > before.most) Object.assign(before, { most: use.most, address: flat(use.address) })
  }

  /** Throws DkimError where the dates are missing, XmlFault where everything is. */
  end(name: string): AggregateReport {
    if (this.#reports === 0) throw new XmlFault('it has no <feedback> element')
    const begin = timeOf(this.#take('begin'), name)
    const end = timeOf(this.#take('end'), name)
    if (end < begin) throw new DkimError('input-unreadable', `${name}: the report ends before it begins`, HINT)
    const id = flat(this.#take('report_id'))
    const organization = flat(this.#take('org_name'))
    const source = id || name
    const uses = Array.from(this.#counts.values(), ({ domain, selector, pass, messages, address }) => {
      return { domain, selector, pass, messages, source, begin, end, reporter: organization, address }
    })
    return { organization, id, uses, withoutSelector: this.#withoutSelector }
  }
}

function trimmed(text: string): string {
  return text.replace(/^[ \t\r\n]+/, '').replace(/(?<![ \t\r\n])[ \t\r\n]+$/, '')
}

/** A copy: a slice of the report would keep all of it in memory for as long as the plan. */
function flat(text: string): string {
  return Buffer.from(text).toString()
}

/** A missing or broken count still stands for at least one message. */
function countOf(text: string): number {
  return /^\d{1,12}$/.test(text) ? Math.max(1, Number(text)) : 1
}

/** Seconds since the epoch; some reporters write milliseconds. */
function timeOf(text: string, name: string): number {
  const time = /^\d{13}$/.test(text) ? Number(text) : /^\d{9,11}$/.test(text) ? Number(text) * 1000 : Date.parse(text)
  if (!(time >= EARLIEST && time <= LATEST)) {
    throw new DkimError('input-unreadable', `${name}: the report has no usable date range`, HINT)
  }
  return time
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
