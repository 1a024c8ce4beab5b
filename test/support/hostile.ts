// One hostile message, judged twice: by the library with a counting resolver, and by the command with a zone file. Both must agree.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect } from 'vitest'
import { main } from '../../src/commands/main.js'
import type { Policy } from '../../src/core/dkim/policy.js'
import type { MessageResult, Reason, VerificationReport } from '../../src/core/dkim/result.js'
import { verify } from '../../src/core/dkim/verify.js'
import { noAnswer, type Resolver } from '../../src/core/dns/resolver.js'
import { keyRecord } from './keys.js'

/** 2023-11-14T22:13:20Z */
export const NOW = 1_700_000_000

export const M0 = [
  'From: <a@legit.test>',
  'To: <b@rcpt.test>',
  'Subject: hi',
  'Date: Mon, 01 Jan 2024 00:00:00 +0000',
  'Message-ID: <1@legit.test>',
  '',
  'Hello',
  '',
].join('\r\n')

/** Latin1 texts by name; several are several TXT records. */
export type Records = Readonly<Record<string, string | readonly string[]>>

export const REC: Records = { 'sel._domainkey.legit.test': keyRecord('rsa2048') }

export class CountingResolver implements Resolver {
  readonly queries: string[] = []
  readonly #records: ReadonlyMap<string, readonly string[]>

  constructor(records: Records) {
    this.#records = new Map(
      Object.entries(records).map(([name, texts]) => [name, typeof texts === 'string' ? [texts] : texts]),
    )
  }

  txt(name: string) {
    this.queries.push(name)
    const texts = this.#records.get(name)
    if (texts === undefined) return noAnswer(name, 'nxdomain', null)
    const records = texts.map(text => ({ data: Buffer.from(text, 'latin1'), ttl: null, strings: 1 }))
    return { ...noAnswer(name, 'found', null), records }
  }
}

/** A master file in which every octet is escaped. */
export function zoneText(records: Records): string {
  const lines = Object.entries(records).flatMap(([name, texts]) =>
    (typeof texts === 'string' ? [texts] : texts).map(text => {
      const strings = text.match(/[\s\S]{1,200}/g) ?? ['']
      return `${name}. IN TXT ${strings.map(part => `"${escaped(part)}"`).join(' ')}`
    }),
  )
  return `${lines.join('\n')}\n`
}

function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9=/+]/g, character => `\\${String(character.charCodeAt(0)).padStart(3, '0')}`)
}

export interface Judged {
  readonly report: VerificationReport
  readonly reasons: readonly (Reason | null)[]
  readonly queries: readonly string[]
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface JudgeOptions {
  readonly records?: Records
  readonly now?: number
  readonly policy?: Partial<Policy>
  readonly argv?: readonly string[]
}

/** `message` is latin1 text. */
export async function judgeMessage(message: string, options: JudgeOptions = {}): Promise<Judged> {
  const { records = REC, now = NOW, policy, argv = [] } = options
  const bytes = Buffer.from(message, 'latin1')
  const resolver = new CountingResolver(records)
  const report = await verify(bytes, {
    resolver,
    now: new Date(now * 1000),
    ...(policy === undefined ? {} : { policy }),
  })
  const outcome = await runVerify(bytes, records, ['--now', String(now), '--format', 'json', ...argv])
  return {
    report,
    reasons: report.signatures.map(({ reason }) => reason),
    queries: resolver.queries,
    ...outcome,
  }
}

/** dkim verify in this process, the message on its standard input. */
export async function runVerify(message: Buffer, records: Records, argv: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'dkim-hostile-'))
  try {
    const zone = join(folder, 'dns.zone')
    writeFileSync(zone, zoneText(records))
    return await runMain(['verify', '--dns-file', zone, '--offline', ...argv, '-'], message)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export async function runMain(argv: readonly string[], stdin: Buffer) {
  const collect = () => {
    const stream = new PassThrough()
    const chunks: Buffer[] = []
    stream.on('data', chunk => chunks.push(chunk))
    return { stream, text: () => Buffer.concat(chunks).toString() }
  }
  const [out, err, input] = [collect(), collect(), new PassThrough()]
  input.end(stdin)
  const code = await main(argv, {
    stdin: input,
    stdout: out.stream,
    stderr: err.stream,
    env: {},
    now: () => new Date(NOW * 1000),
    signal: new AbortController().signal,
  })
  return { code, stdout: out.text(), stderr: err.text() }
}

const EXIT_CODES: Readonly<Record<MessageResult, number>> = {
  pass: 0,
  none: 3,
  temperror: 75,
  fail: 1,
  policy: 1,
  permerror: 1,
  neutral: 1,
}

export interface Expected {
  readonly reason: Reason | null
  readonly queries?: number
  /** Exit code; otherwise the one that belongs to the result. */
  readonly code?: number
}

/** One signature, one reason: the library, the command's JSON and its exit code say the same. */
export async function expectVerdict(message: string, expected: Expected, options: JudgeOptions = {}): Promise<Judged> {
  const judged = await judgeMessage(message, options)
  expect(judged.reasons).toEqual([expected.reason])
  expect(judged.code).toBe(expected.code ?? EXIT_CODES[judged.report.result])
  if (judged.code !== 2) {
    const json = JSON.parse(judged.stdout) as VerificationReport
    expect(json.signatures.map(({ reason }) => reason)).toEqual([expected.reason])
    expect(json.result).toBe(judged.report.result)
  }
  if (expected.queries !== undefined) expect(judged.queries).toHaveLength(expected.queries)
  return judged
}

export function warningCodes({ report }: Judged): string[] {
  return [...report.warnings, ...report.signatures.flatMap(({ warnings }) => warnings)].map(({ code }) => code)
}
