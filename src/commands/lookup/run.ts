// Ordinary lookups: one report a name, in the format asked for.

import type { DnsSource } from '../../core/dns/answer.js'
import type { PublicKey } from '../../core/keys/public-key.js'
import type { KeyName } from '../../core/lookup/key-name.js'
import { lookUpKey } from '../../core/lookup/key-report.js'
import { type Agreement, askAuthoritative, askResolvers, type ServersReport } from '../../core/lookup/servers.js'
import { toJson, toJsonLine } from '../../report/json/json.js'
import { isLookupDocument, LOOKUP_DOCUMENTS } from '../../report/lookup/formats.js'
import { toLookupText } from '../../report/lookup/text.js'
import type { LookupReport } from '../../report/lookup/verdict.js'
import type { Style } from '../../report/text/style.js'
import type { Context } from '../context.js'
import { openSource } from '../dns.js'
import { combineExitCodes, EXIT_CODES, type ExitCode } from '../exit-code.js'
import { openSpinner } from '../io/spinner.js'
import { stdoutStyle } from '../io/stdout-style.js'
import type { DnsOptions } from '../options.js'
import { say } from '../stderr.js'
import { readPublicKey } from './key-file.js'
import type { LookupOptions } from './options.js'
import { appendSeen } from './save.js'
import { authoritativeConnect, resolverConnect, resolverSet } from './server-sets.js'

export class LookupRun {
  readonly #context: Context
  readonly #options: LookupOptions
  readonly #source: DnsSource
  readonly #style: Style
  readonly #key: PublicKey | null
  readonly #reports: LookupReport[] = []
  readonly #codes = new Set<ExitCode>()

  private constructor(
    context: Context,
    options: LookupOptions,
    source: DnsSource,
    style: Style,
    key: PublicKey | null,
  ) {
    this.#context = context
    this.#options = options
    this.#source = source
    this.#style = style
    this.#key = key
  }

  static async open(context: Context, options: LookupOptions): Promise<LookupRun> {
    const key = options.key === undefined ? null : await readPublicKey(context, options.key, options.passphraseFile)
    const source = await openSource(context, { ...options, ...nameserversOf(options) })
    if (options.resolverSet === 'public' && !options.quiet) {
      say(context, 'note', 'the query reveals the name to Cloudflare, Google and Quad9')
    }
    const style = await stdoutStyle(context, options.color)
    return new LookupRun(context, options, source, style, key)
  }

  async take(name: KeyName): Promise<LookupReport> {
    const spinner = openSpinner(this.#context, this.#options.format === 'text' && !this.#options.quiet)
    spinner.say(`querying ${name.name}`)
    try {
      const report = await this.#lookUp(name)
      spinner.stop()
      this.#codes.add(exitCodeOf(report))
      this.#reports.push(report)
      this.#write(report)
      return report
    } finally {
      spinner.stop()
    }
  }

  async #lookUp(name: KeyName): Promise<LookupReport> {
    const { signal } = this.#context
    // Names that a message chose are asked for, and nothing beside them.
    const probe = this.#options.probe !== false && this.#options.fromMessage === undefined
    const { report, answer, keys } = await lookUpKey(this.#source, name, { probe, signal })
    const servers = await this.#askServers(name)
    if (this.#options.save !== undefined)
      appendSeen(this.#options.save, answer, this.#options.now ?? this.#context.now())
    return {
      ...report,
      match: report.result === 'unavailable' ? null : this.#match(keys),
      servers: servers.flatMap(({ report: asked }) => asked.servers),
      agreement:
        servers.length === 0
          ? null
          : {
              authoritative: servers.find(({ kind }) => kind === 'authoritative')?.report.agreement ?? null,
              recursive: servers.find(({ kind }) => kind === 'recursive')?.report.agreement ?? null,
            },
    }
  }

  /** Of several records verifiers may take any: the key is published where one of them holds it. */
  #match(keys: readonly PublicKey[]): LookupReport['match'] {
    if (this.#key === null) return null
    const { fingerprint } = this.#key
    return { file: this.#options.key!, fingerprint, matches: keys.some(key => key.fingerprint === fingerprint) }
  }

  async #askServers(name: KeyName): Promise<{ kind: 'authoritative' | 'recursive'; report: ServersReport }[]> {
    const { signal } = this.#context
    const asked: { kind: 'authoritative' | 'recursive'; report: ServersReport }[] = []
    if (this.#options.allServers) {
      const report = await askAuthoritative(this.#source, name.name, authoritativeConnect(this.#options), signal)
      asked.push({ kind: 'authoritative', report: report ?? { agreement: 'unreachable', servers: [] } })
    }
    if (this.#options.resolverSet !== undefined) {
      const set = resolverSet(this.#options.resolverSet)
      asked.push({
        kind: 'recursive',
        report: await askResolvers(set, name.name, resolverConnect(this.#options), signal),
      })
    }
    return asked
  }

  #write(report: LookupReport): void {
    const { format, quiet } = this.#options
    if (quiet || format === 'json' || isLookupDocument(format)) return
    if (format === 'ndjson') this.#context.stdout.write(toJsonLine(report))
    else {
      const gap = this.#reports.length > 1 ? '\n' : ''
      this.#context.stdout.write(gap + toLookupText(report, this.#style))
    }
  }

  /** JSON for one name is an object, for several, or those of a message, an array. */
  finish(): ExitCode {
    const { format, quiet, fromMessage } = this.#options
    if (!quiet && format === 'json') {
      const isOne = fromMessage === undefined && this.#reports.length === 1
      this.#context.stdout.write(toJson(isOne ? this.#reports[0] : this.#reports))
    }
    if (!quiet && isLookupDocument(format)) {
      const judged = this.#reports.map(report => ({ report, failed: exitCodeOf(report) !== EXIT_CODES.ok }))
      this.#context.stdout.write(LOOKUP_DOCUMENTS[format](judged, this.#options.now ?? this.#context.now()))
    }
    return combineExitCodes(this.#codes)
  }
}

/** The resolvers that are compared answer the question itself too: one report, one view of DNS. */
function nameserversOf({ resolverSet: set, nameserver, dnsFile, offline }: LookupOptions): DnsOptions {
  if (set === undefined || nameserver !== undefined || dnsFile !== undefined || offline) return {}
  return { nameserver: [...resolverSet(set)] }
}

/** `found` with a serious finding, another key than expected, or servers that disagree is a problem. */
export function exitCodeOf(report: LookupReport): ExitCode {
  const { authoritative = null, recursive = null } = report.agreement ?? {}
  const agreements = [authoritative, recursive].map(one => (one === null ? EXIT_CODES.ok : AGREEMENT_CODES[one]))
  return combineExitCodes([recordCodeOf(report), ...agreements])
}

const AGREEMENT_CODES = {
  consistent: EXIT_CODES.ok,
  stale: EXIT_CODES.problem,
  split: EXIT_CODES.problem,
  lame: EXIT_CODES.problem,
  unreachable: EXIT_CODES.temporary,
} satisfies Record<Agreement, ExitCode>

function recordCodeOf({ result, findings, match }: LookupReport): ExitCode {
  if (result === 'unavailable') return EXIT_CODES.temporary
  if (result === 'not-found') return EXIT_CODES.nothing
  const serious = findings.some(({ severity }) => severity === 'critical' || severity === 'error')
  return result !== 'found' || serious || match?.matches === false ? EXIT_CODES.problem : EXIT_CODES.ok
}
