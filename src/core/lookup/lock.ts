// The lock file: what each selector is expected to hold, so that a pipeline notices when DNS drifts away from it.

import { DkimError } from '../errors.js'
import { type KeyName, readKeyName } from './key-name.js'
import type { KeyReport } from './key-report.js'

/** What is held on to of one key. */
export interface LockedKey {
  readonly fingerprint: string | null
  readonly type: string | null
  readonly bits: number | null
  /** t= */
  readonly flags: readonly string[]
  /** Of the first alias; null where the record stands at the name itself. */
  readonly target: string | null
  readonly result: KeyReport['result']
}

export type LockFile = ReadonlyMap<string, LockedKey>

/** unknown: DNS failed, so nobody can tell. */
export type DriftKind = 'new' | 'changed' | 'missing' | 'weaker' | 'unknown'

export interface Drift {
  readonly name: string
  readonly kind: DriftKind
  readonly text: string
}

const SCHEMA = 'dkim.lock/1'

export function lockedKey(report: KeyReport): LockedKey {
  const flags = report.tags.find(({ name }) => name === 't')?.value ?? ''
  return {
    fingerprint: report.key?.fingerprint ?? null,
    type: report.key?.type ?? null,
    bits: report.key?.bits ?? null,
    flags:
      flags === ''
        ? []
        : flags
            .split(':')
            .map(flag => flag.trim())
            .sort(),
    target: report.chain[0]?.target ?? null,
    result: report.result,
  }
}

/** Names sorted, so that two runs write the same bytes. */
export function formatLock(lock: LockFile): string {
  const keys = Object.fromEntries([...lock].sort(([one], [other]) => (one < other ? -1 : 1)))
  return `${JSON.stringify({ schema: SCHEMA, keys }, null, 2)}\n`
}

/** Throws DkimError('state-invalid'). */
export function parseLock(text: string, file: string): LockFile {
  const fault = (message: string): DkimError =>
    new DkimError(
      'state-invalid',
      `${file}: ${message}`,
      'restore it from version control or a backup, or use another file for --lock',
    )
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    throw fault('malformed JSON')
  }
  const members = membersOf(content)
  if (members?.get('schema') !== SCHEMA) throw fault('not a lock file of this version')
  const entries = membersOf(members.get('keys'))
  if (entries === undefined) throw fault('it has no keys')
  return new Map(
    [...entries].map(([name, value]) => {
      const locked = readLocked(value)
      if (locked === undefined) throw fault(`the entry of ${name} is malformed`)
      return [readKeyName(name).name, locked]
    }),
  )
}

/** An object as a map: members such as __proto__ mean nothing then. undefined for anything else. */
function membersOf(value: unknown): Map<string, unknown> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? new Map<string, unknown>(Object.entries(value)) : undefined
}

const RESULTS: readonly string[] = ['found', 'not-found', 'revoked', 'invalid', 'unavailable']

function readLocked(value: unknown): LockedKey | undefined {
  const members = membersOf(value)
  if (members === undefined) return undefined
  const [fingerprint, type, bits, flags, target, result] = [
    'fingerprint',
    'type',
    'bits',
    'flags',
    'target',
    'result',
  ].map(name => members.get(name) ?? null)
  const sound =
    isTextOrNull(fingerprint) &&
    isTextOrNull(type) &&
    isTextOrNull(target) &&
    (bits === null || Number.isInteger(bits)) &&
    Array.isArray(flags) &&
    flags.every(flag => typeof flag === 'string') &&
    RESULTS.includes(String(result))
  if (!sound) return undefined
  return {
    fingerprint: fingerprint as string | null,
    type: type as string | null,
    bits: bits as number | null,
    flags: flags as string[],
    target: target as string | null,
    result: result as KeyReport['result'],
  }
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string'
}

/** What is no longer as the lock says. `locked` undefined: the lock does not know the name. */
export function driftOf(name: KeyName['name'], locked: LockedKey | undefined, report: KeyReport): Drift[] {
  const drift = (kind: DriftKind, text: string): Drift => ({ name, kind, text })
  if (report.result === 'unavailable') return [drift('unknown', `could not be looked up (${report.status})`)]
  const now = lockedKey(report)
  if (locked === undefined) return [drift('new', 'is not in the lock file')]
  if (now.result === 'not-found' && locked.result !== 'not-found') return [drift('missing', 'is no longer published')]
  const found: Drift[] = []
  if (now.fingerprint !== locked.fingerprint) {
    found.push(drift('changed', `the key is ${now.fingerprint ?? 'gone'}, was ${locked.fingerprint ?? 'none'}`))
  }
  if (now.type === locked.type && now.bits !== null && locked.bits !== null && now.bits < locked.bits) {
    found.push(drift('weaker', `${now.bits} bits, was ${locked.bits}`))
  }
  if (now.flags.join(':') !== locked.flags.join(':')) {
    const kind = now.flags.includes('y') && !locked.flags.includes('y') ? 'weaker' : 'changed'
    found.push(drift(kind, `t=${now.flags.join(':')}, was t=${locked.flags.join(':')}`))
  }
  if (now.target !== locked.target) {
    found.push(drift('changed', `the alias points to ${now.target ?? 'nowhere'}, was ${locked.target ?? 'none'}`))
  }
  if (now.result !== locked.result) found.push(drift('changed', `the record is ${now.result}, was ${locked.result}`))
  return found
}
