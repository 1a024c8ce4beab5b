// Answers from zone files: at once, without a packet; the names they lack go to another source where there is one.

import { DNS_LIMITS, LIMITS } from '../limits.js'
import { type Answer, type DnsSource, emptyAnswer, TOO_LONG, toTxtAnswer } from './answer.js'
import type { RecordType } from './record.js'
import { noAnswer, type TxtAnswer } from './resolver.js'
import type { Zone, ZoneAnswer } from './zone.js'

/** Answers made before: the same object for the same name, bounded, and no older than the zone. */
class KeptAnswers {
  readonly #zone: Zone
  readonly #answers = new Map<string, TxtAnswer>()
  #revision: number

  constructor(zone: Zone) {
    this.#zone = zone
    this.#revision = zone.revision
  }

  get(name: string): TxtAnswer | undefined {
    if (this.#revision !== this.#zone.revision) this.#answers.clear()
    this.#revision = this.#zone.revision
    return this.#answers.get(name)
  }

  keep(name: string, answer: TxtAnswer): TxtAnswer {
    if (this.#answers.size >= DNS_LIMITS.cacheEntries) this.#answers.clear()
    this.#answers.set(name, answer)
    return answer
  }
}

/** `elsewhere` is asked for names that no file knows; without it they do not exist. */
export function zoneResolver(zone: Zone, elsewhere?: DnsSource): DnsSource {
  const kept = new KeptAnswers(zone)
  const here = (name: string, answer: ZoneAnswer): TxtAnswer =>
    kept.keep(name, toTxtAnswer(name, fromZone(name, answer, zone)))
  return {
    atHand(name) {
      const before = kept.get(name)
      if (before !== undefined) return before
      const answer = zone.lookup(name.toLowerCase(), 'TXT')
      return answer.known || elsewhere === undefined ? here(name, answer) : undefined
    },
    txt(name, signal) {
      const before = kept.get(name)
      if (before !== undefined) return before
      const answer = zone.lookup(name.toLowerCase(), 'TXT')
      if (answer.known || elsewhere === undefined) return here(name, answer)
      const rest = elsewhere.txt(answer.owner, signal)
      if (answer.chain.length === 0) return rest
      return rest instanceof Promise ? rest.then(tail => joined(name, answer, tail)) : joined(name, answer, rest)
    },
    async query(name: string, type: RecordType, signal?: AbortSignal): Promise<Answer> {
      const answer = zone.lookup(name.toLowerCase(), type)
      if (answer.known || elsewhere === undefined) return fromZone(name, answer, zone)
      const tail = await elsewhere.query(answer.owner, type, signal)
      const chain = [...answer.chain, ...tail.chain]
      return chain.length <= LIMITS.aliases
        ? { ...tail, name, chain }
        : { ...emptyAnswer(name, 'malformed', TOO_LONG, null), chain }
    },
  }
}

/** An alias in the file whose target lives elsewhere. */
function joined(name: string, head: ZoneAnswer, tail: TxtAnswer): TxtAnswer {
  const chain = [...head.chain, ...tail.chain]
  return chain.length <= LIMITS.aliases ? { ...tail, name, chain } : { ...noAnswer(name, 'malformed', TOO_LONG), chain }
}

function fromZone(name: string, answer: ZoneAnswer, zone: Zone): Answer {
  const remark = answer.remark === null ? {} : { remark: answer.remark }
  const beside = answer.status === 'found' ? zone.aliasAt(answer.owner) : null
  return {
    ...emptyAnswer(name, answer.status, detailOf(answer), answer.source),
    chain: answer.chain,
    records: answer.records,
    owner: answer.owner,
    besideAlias: beside !== null && beside.type === 'CNAME',
    wildcard: answer.wildcard,
    authoritative: true,
    soa: answer.soa,
    ...remark,
  }
}

function detailOf({ status, chain, remark }: ZoneAnswer): string | null {
  if (status === 'nxdomain' && remark !== null) return remark
  if (status === 'servfail') return 'the zone file simulates a server failure for this name'
  if (status === 'timeout') return 'the zone file simulates a timeout for this name'
  if (status === 'malformed') return TOO_LONG
  return status !== 'cname-loop' ? null : `loops back to ${chain.at(-1)!.target}`
}
