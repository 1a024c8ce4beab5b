// Answers from zone files: at once, without a packet; the names they lack go to another resolver where there is one.

import { LIMITS } from '../limits.js'
import type { ResourceRecord } from './record.js'
import { type AnswerStatus, noAnswer, type Resolver, type TxtAnswer, type TxtRecord } from './resolver.js'
import type { Zone, ZoneAnswer } from './zone.js'

/** `elsewhere` is asked for names that no file knows; without it they do not exist. */
export function zoneResolver(zone: Zone, elsewhere?: Resolver): Resolver {
  return {
    txt(name, signal) {
      const answer = zone.lookup(name.toLowerCase(), 'TXT')
      if (answer.known || elsewhere === undefined) return fromZone(name, answer, zone)
      const rest = elsewhere.txt(answer.owner, signal)
      if (answer.chain.length === 0) return rest
      return rest instanceof Promise ? rest.then(tail => joined(name, answer, tail)) : joined(name, answer, rest)
    },
  }
}

/** An alias in the file whose target lives elsewhere. */
function joined(name: string, head: ZoneAnswer, tail: TxtAnswer): TxtAnswer {
  const chain = [...head.chain, ...tail.chain]
  if (chain.length <= LIMITS.cnameHops) return { ...tail, name, chain }
  return { ...noAnswer(name, 'cname-loop', `more than ${LIMITS.cnameHops} aliases in a row`), chain }
}

function fromZone(name: string, answer: ZoneAnswer, zone: Zone): TxtAnswer {
  const records = answer.records.flatMap(toTxtRecord)
  const beside = answer.status === 'found' ? zone.aliasAt(answer.owner) : null
  return {
    name,
    status: answer.status,
    chain: answer.chain,
    records,
    authenticated: null,
    negativeTtl: answer.soa?.ttl ?? null,
    server: answer.source,
    detail: DETAILS[answer.status] ?? null,
    wildcard: answer.wildcard,
    besideAlias: beside !== null && beside.type === 'CNAME',
  }
}

const DETAILS: Partial<Record<AnswerStatus, string>> = {
  'cname-loop': 'the aliases lead nowhere',
  servfail: 'the zone file plays a server failure here',
  timeout: 'the zone file plays a timeout here',
}

function toTxtRecord({ data, ttl }: ResourceRecord): TxtRecord[] {
  return data.type === 'TXT' ? [{ data: Buffer.concat(data.strings), ttl, strings: data.strings.length }] : []
}
