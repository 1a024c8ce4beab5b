// A zone in memory: names and their records, answered the way an authoritative server does (RFC 1034 §4.3.2, RFC 4592).

import { chainFault } from './answer.js'
import { parentName } from './name.js'
import { negativeTtl, type RecordType, type ResourceRecord } from './record.js'
import type { ChainLink } from './resolver.js'

/** A failure that a zone file (in its JSON form) asks to play. */
export type PlayedFailure = 'nxdomain' | 'servfail' | 'timeout'

interface Node {
  readonly records: ResourceRecord[]
  failure: PlayedFailure | null
  /** The file that named it first; null for an empty non-terminal, which exists only because of names below it. */
  source: string | null
  /** What is odd about the records here. */
  remark: string | null
}

export interface ZoneAnswer {
  readonly status: 'found' | 'nodata' | 'nxdomain' | 'cname-loop' | 'malformed' | 'servfail' | 'timeout'
  readonly chain: readonly ChainLink[]
  readonly records: readonly ResourceRecord[]
  /** The SOA of the zone around the name that had nothing, where the file has one. */
  readonly soa: ResourceRecord | null
  readonly source: string | null
  /** The records were made from a wildcard. */
  readonly wildcard: boolean
  /** The name that has the records, or lacks them. */
  readonly owner: string
  /** False where no file says anything of `owner`: another source may know it. */
  readonly known: boolean
  /** What the file has, but not under this name or not as it was meant, and the exact fix. */
  readonly remark: string | null
}

export class Zone {
  readonly #nodes = new Map<string, Node>()
  /** Names that a file without $ORIGIN left relative, and the file. */
  readonly #relativeNames = new Map<string, string>()
  #revision = 0

  add(record: ResourceRecord, source: string): void {
    const node = this.#touch(record.name, source)
    if (!node.records.some(other => sameRecord(other, record))) node.records.push(record)
  }

  /** No top-level domain is called _domainkey: such a name was meant to be below one. */
  noteRelative(name: string, source: string): void {
    if (name.endsWith('._domainkey') && !this.#relativeNames.has(name)) this.#relativeNames.set(name, source)
  }

  /** Says of what is at `name` that it was hardly meant that way. */
  remark(name: string, text: string, source: string): void {
    this.#touch(name, source).remark ??= text
  }

  fail(name: string, failure: PlayedFailure, source: string): void {
    this.#touch(name, source).failure = failure
  }

  names(): string[] {
    return [...this.#nodes].filter(([, node]) => node.source !== null).map(([name]) => name)
  }

  /** Every record in the order of the files. */
  *records(): Generator<ResourceRecord> {
    for (const node of this.#nodes.values()) yield* node.records
  }

  /** Follows aliases inside the zone, as a server does within its own data. */
  lookup(name: string, type: RecordType): ZoneAnswer {
    const chain: ChainLink[] = []
    const seen = new Set<string>([name])
    let owner = name
    for (;;) {
      const match = this.#match(owner)
      const remark = match.node?.remark ?? this.#relative(owner)
      const here = { chain, owner, wildcard: match.wildcard, source: match.node?.source ?? null, remark }
      const failure = match.node?.failure
      if (failure) return { ...here, status: failure, records: [], soa: this.#soaAround(owner), known: true }
      const records = match.node?.records.filter(record => record.data.type === type) ?? []
      if (records.length > 0) {
        const owned = match.wildcard ? records.map(record => ({ ...record, name: owner })) : records
        return { ...here, status: 'found', records: owned, soa: null, known: true }
      }
      const link = this.#alias(owner, match.node)
      if (link === null) {
        const status = match.node === undefined ? 'nxdomain' : 'nodata'
        const soa = this.#soaAround(owner)
        // A zone that covers the name proves that it does not exist; without one, nothing is known.
        const source = here.source ?? (soa === null ? null : (this.#nodes.get(soa.name)?.source ?? null))
        return { ...here, status, records: [], soa, source, known: here.source !== null }
      }
      chain.push(link)
      const fault = chainFault(chain, seen, link.target)
      if (fault !== null) {
        return { ...here, status: fault.status, records: [], soa: null, known: true }
      }
      seen.add(link.target)
      owner = link.target
    }
  }

  /** The CNAME at a name, where there is one beside other data. */
  aliasAt(name: string): ChainLink | null {
    return this.#alias(name, this.#match(name).node)
  }

  /** Grows with each change, so that what was derived from the zone can tell that it is out of date. */
  get revision(): number {
    return this.#revision
  }

  #touch(name: string, source: string): Node {
    this.#revision += 1
    const node = this.#create(name)
    node.source ??= source
    for (let parent = parentName(name); parent !== undefined && !this.#nodes.has(parent); parent = parentName(parent)) {
      this.#create(parent)
    }
    return node
  }

  #create(name: string): Node {
    let node = this.#nodes.get(name)
    if (node === undefined) {
      node = { records: [], failure: null, source: null, remark: null }
      this.#nodes.set(name, node)
    }
    return node
  }

  /** The node of a name, or the wildcard below its closest encloser (RFC 4592 §3.3.1): a name that exists, even empty, blocks it. */
  #match(name: string): { node: Node | undefined; wildcard: boolean } {
    const exact = this.#nodes.get(name)
    if (exact !== undefined) return { node: exact, wildcard: false }
    for (let encloser = parentName(name); encloser !== undefined; encloser = parentName(encloser)) {
      if (!this.#nodes.has(encloser)) continue
      const node = this.#nodes.get(encloser === '' ? '*' : `*.${encloser}`)
      return { node, wildcard: node !== undefined }
    }
    return { node: undefined, wildcard: false }
  }

  #alias(name: string, node: Node | undefined): ChainLink | null {
    for (const { data, ttl } of node?.records ?? []) {
      if (data.type === 'CNAME') return { name, type: 'CNAME', target: data.target, ttl: ttl ?? 0 }
    }
    // A DNAME above the name stands for everything below its owner (RFC 6672 §2.2), but not for the owner itself.
    for (let above = parentName(name); above !== undefined; above = parentName(above)) {
      for (const { data, ttl } of this.#nodes.get(above)?.records ?? []) {
        if (data.type !== 'DNAME') continue
        const below = name.slice(0, name.length - above.length - 1)
        return { name, type: 'DNAME', target: data.target === '' ? below : `${below}.${data.target}`, ttl: ttl ?? 0 }
      }
    }
    return null
  }

  /** `s1._domainkey` in a file without $ORIGIN is a name below the root: the one asked for was meant. */
  #relative(name: string): string | null {
    const end = name.indexOf('._domainkey.')
    const relative = name.slice(0, end + '._domainkey'.length)
    const file = end === -1 ? undefined : this.#relativeNames.get(relative)
    if (file === undefined) return null
    const domain = name.slice(relative.length + 1)
    return `${file} names ${relative} without a domain: put $ORIGIN ${domain}. on its first line`
  }

  #soaAround(name: string): ResourceRecord | null {
    for (let at: string | undefined = name; at !== undefined; at = parentName(at)) {
      const soa = this.#nodes.get(at)?.records.find(record => record.data.type === 'SOA')
      if (soa !== undefined) return { ...soa, ttl: negativeTtl(soa) }
    }
    return null
  }
}

/** An RRset is a set: the same record twice, from two files for instance, is one (RFC 2181 §5). */
function sameRecord(one: ResourceRecord, other: ResourceRecord): boolean {
  if (one.data.type === 'TXT' && other.data.type === 'TXT') {
    const strings = other.data.strings
    return (
      one.data.strings.length === strings.length &&
      one.data.strings.every((string, index) => Buffer.compare(string, strings[index]!) === 0)
    )
  }
  return JSON.stringify(one.data) === JSON.stringify(other.data)
}
