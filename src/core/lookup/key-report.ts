// One name looked up: what stands there, what a verifier makes of it, and what is wrong with it.

import type { Reason } from '../dkim/result.js'
import type { DnsSource } from '../dns/answer.js'
import type { AnswerStatus, ChainLink, TxtAnswer } from '../dns/resolver.js'
import { providerOf } from '../keys/providers.js'
import type { PublicKey } from '../keys/public-key.js'
import { latin1ToUtf8 } from '../syntax/names.js'
import { bySeverity, type Finding } from './findings.js'
import { judge, type LookupResult } from './judgement.js'
import type { KeyName } from './key-name.js'
import { answerFindings, probe } from './lint-answer.js'

export interface KeyFacts {
  readonly type: 'rsa' | 'ed25519'
  readonly bits: number
  readonly fingerprint: string
}

export interface LookedUpRecord {
  /** The strings joined; bytes that are no UTF-8 as latin1. */
  readonly text: string
  readonly ttl: number | null
  readonly strings: number
  /** What it should read, where it has faults that can be corrected. */
  readonly corrected: string | null
}

export interface KeyReport {
  readonly schema: 'dkim.lookup/1'
  readonly name: string
  readonly domain: string
  readonly selector: string
  readonly result: LookupResult
  /** Why a verifier does not take it; null where it does. */
  readonly reason: Reason | null
  readonly detail: string | null
  readonly status: AnswerStatus
  readonly chain: readonly ChainLink[]
  readonly records: readonly LookedUpRecord[]
  /** The tags of the key record in its order, as published. */
  readonly tags: readonly { readonly name: string; readonly value: string }[]
  readonly key: KeyFacts | null
  readonly findings: readonly Finding[]
  readonly provider: { readonly name: string; readonly confidence: string } | null
  /** AD of the server that answered; null where there is none, as in a zone file. */
  readonly dnssec: boolean | null
  readonly negativeTtl: number | null
  readonly server: string | null
}

/** The report together with what it was made from. */
export interface LookedUp {
  readonly report: KeyReport
  readonly answer: TxtAnswer
  /** Those of all records at the name; first the one that counts. */
  readonly keys: readonly PublicKey[]
}

export interface LookUpOptions {
  /** Ask also where people put records by mistake, and for wildcards: up to three more questions. */
  readonly probe?: boolean
  readonly signal?: AbortSignal
}

/** Looks one key up. Never rejects: what went wrong is in the report. */
export async function lookUpKey(source: DnsSource, name: KeyName, options: LookUpOptions = {}): Promise<LookedUp> {
  const answer = await source.txt(name.name, options.signal)
  const judged = judge(answer)
  const neighbourhood = [...answerFindings(answer, judged)]
  if (options.probe !== false) neighbourhood.push(...(await probe(source, name, answer, options.signal)))
  // What is wrong with the pieces of a record is of no interest once it is known what cut it.
  const pieces = neighbourhood.some(({ code }) => code === 'split-into-records' || code === 'comment-in-zone-file')
  const own = pieces ? [] : judged.lint.flatMap(lint => lint.findings)
  const findings = bySeverity([...own, ...neighbourhood.map(alone)])
  const main = judged.main
  const report: KeyReport = {
    schema: 'dkim.lookup/1',
    ...name,
    result: judged.result,
    reason: judged.rejection?.reason ?? null,
    detail: judged.rejection?.detail ?? answer.detail,
    status: answer.status,
    chain: answer.chain,
    records: answer.records.map(({ ttl, strings }, index) => {
      const text = judged.texts[index]!
      const corrected = judged.lintOf.get(text)?.corrected ?? null
      return { text: latin1ToUtf8(text) ?? text, ttl, strings, corrected }
    }),
    tags: main === null ? [] : [...(main.record?.tags.values() ?? [])].map(({ name, value }) => ({ name, value })),
    key: main?.key == null ? null : { type: main.key.type, bits: main.key.bits, fingerprint: main.key.fingerprint },
    findings,
    provider: providerFor(name, answer),
    dnssec: answer.authenticated,
    negativeTtl: answer.negativeTtl,
    server: answer.server,
  }
  const lints = main === null ? judged.lint : [main, ...judged.lint.filter(lint => lint !== main)]
  return { report, answer, keys: lints.flatMap(({ key }) => key ?? []) }
}

function alone(found: Omit<Finding, 'record'> & { record?: string | null }): Finding {
  return { ...found, record: found.record ?? null }
}

function providerFor({ selector }: KeyName, answer: TxtAnswer): KeyReport['provider'] {
  const target = answer.chain[0]?.target
  if (target === undefined && answer.status !== 'found') return null
  const match = providerOf(target === undefined ? { selector } : { selector, target })
  return match === undefined ? null : { name: match.provider.name, confidence: match.confidence }
}
