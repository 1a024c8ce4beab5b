// What to do in each phase: the commands, the changes of records, the check that proves it done, and the way back.

import { createHash } from 'node:crypto'
import { decodeBase64 } from '../syntax/base64.js'
import { keyRecordName } from '../syntax/names.js'
import { shellPath } from '../syntax/shell-word.js'
import type { RecordState } from './evidence.js'
import type { PhaseId } from './phases.js'
import type { KeyFacts, RotationRequest } from './settings.js'

/** A change of one record; the dialects of DNS hosts are the report's business. */
export interface RecordChange {
  readonly action: 'publish' | 'replace' | 'remove'
  readonly name: string
  readonly type: 'TXT' | 'CNAME'
  readonly ttl: number
  /** The whole value; null where it depends on a key that does not exist yet, and for a removal without a known value. */
  readonly value: string | null
  /** What stands there before, where it is known: a guard for tools that can compare. */
  readonly before: string | null
}

export interface Instruction {
  readonly commands: readonly string[]
  readonly records: readonly RecordChange[]
  readonly signerSelectors: readonly string[] | null
  readonly check: string
  readonly rollback: string | null
}

/** §3.6.1: an empty p= means that the key was revoked. */
export const REVOKED_RECORD = 'v=DKIM1; p='

type Writer = (request: RotationRequest) => Partial<Instruction> & Pick<Instruction, 'check'>

const WRITERS: Record<PhaseId, Writer> = {
  inventory: request => ({
    commands:
      request.kind === 'provider'
        ? [lookup(request, request.old)]
        : [lookup(request, request.old), `dkim lookup --discover ${request.domain}`],
    check:
      request.kind === 'provider'
        ? 'the record answers and is not revoked'
        : 'you know every server and service that signs with the old key',
  }),
  generate: ({ domain, new: { selector, type, bits } }) => ({
    commands: [
      `dkim keygen --domain ${domain} --selector ${selector} --type ${type ?? 'rsa'}${type === 'ed25519' ? '' : ` --bits ${bits ?? 2048}`}`,
    ],
    check: 'the private key file exists with mode 0600, and its fingerprint is in the plan (--key)',
    rollback: 'delete the key file: the key is not in use yet',
  }),
  publish: request => ({
    commands: [checkCommand(request)],
    records: publishChanges(request),
    check: 'every authoritative server answers with the new key',
    rollback: unpublish(request),
  }),
  propagate: request => ({
    commands: [checkCommand(request)],
    check: 'every authoritative server served the record for the entire wait',
    rollback: unpublish(request),
  }),
  verify: request => ({
    commands: [
      `dkim sign --key ${shellPath(keyFile(request))} --domain ${request.domain} --selector ${request.new.selector} test.eml | dkim verify -`,
      `${checkCommand(request)} --confirm verify`,
    ],
    check: 'dkim verify passes for the new selector against live DNS',
    rollback: null,
  }),
  switch: request => ({
    commands: [`${checkCommand(request)} --confirm switch`, `${checkCommand(request)} --sample received.eml`],
    signerSelectors: request.kind === 'add' ? [request.old.selector, request.new.selector] : [request.new.selector],
    check:
      request.kind === 'add'
        ? 'a received message passes with both the new and the old selector'
        : `a received message passes with ${request.new.selector}, and no new mail uses ${request.old.selector}`,
    rollback: `set the selector of every signer back to ${request.old.selector}: its key is still published`,
  }),
  overlap: request => ({
    commands: [`${checkCommand(request)} --reports dmarc-reports/`],
    check: `the overlap has ended and no message was signed with ${request.old.selector} since the switch`,
    rollback: `set the selector of every signer back to ${request.old.selector}: its key is still published`,
  }),
  'lower-ttl': request => ({
    commands: [],
    records: [change(request, request.old, 'replace', request.old.record, request.settings.loweredTtl)],
    check: `every server returns a TTL of ${request.settings.loweredTtl} s or less`,
    rollback: 'restore the TTL',
  }),
  revoke: request => ({
    commands: [checkCommand(request)],
    records: [change(request, request.old, 'replace', REVOKED_RECORD, request.settings.loweredTtl)],
    check: 'every server answers with an empty p=',
    rollback:
      request.old.record === null
        ? 'publish the old record again'
        : `publish the old record again: ${request.old.record}`,
  }),
  remove: request => ({
    commands: [checkCommand(request), ...destroyOldKey(request)],
    records: [change(request, request.old, 'remove', REVOKED_RECORD, request.settings.loweredTtl)],
    check: 'every server reports that the name does not exist or has no TXT record',
    rollback: 'publish the record again; never reuse a removed selector for another key',
  }),
  disclose: request => ({
    commands: discloseCommands(request),
    check: 'the file can be fetched over https, and the disclosure is announced',
    rollback: null,
  }),
  next: ({ domain, new: { selector } }) => ({
    commands: [`dkim rotate-plan --domain ${domain} --selector ${selector} --scheme date`],
    check: 'a new plan exists',
  }),
}

export function instruct(request: RotationRequest, id: PhaseId): Instruction {
  return { commands: [], records: [], signerSelectors: null, rollback: null, ...WRITERS[id](request) }
}

/** The old record as it was, where it went before it could be spared. */
export function republish(request: RotationRequest, oldState: RecordState): RecordChange {
  const { old, zone, settings } = request
  const action = oldState === 'absent' ? 'publish' : 'replace'
  return { ...change(request, old, action, old.record, zone.oldTtl ?? settings.ttl), before: null }
}

function unpublish({ kind, new: { selector, alias } }: RotationRequest): string {
  if (kind !== 'flip' || alias === null) return 'remove the record: it is not in use yet'
  return `point the alias ${selector} back to ${alias}: nothing uses it yet`
}

function lookup({ domain }: RotationRequest, { selector }: KeyFacts): string {
  return `dkim lookup ${domain} --selector ${selector}`
}

function checkCommand({ domain, old, new: fresh }: RotationRequest): string {
  return `dkim rotate-plan --domain ${domain} --selector ${old.selector} --new-selector ${fresh.selector} --state ${STATE_FILE} --check`
}

/** The command replaces it by the path that was really given. */
export const STATE_FILE = 'plan.json'

function keyFile({ newKeyFile, domain, new: { selector } }: RotationRequest): string {
  return newKeyFile ?? `${selector}._domainkey.${domain}.private.pem`
}

function change(
  { domain }: RotationRequest,
  { selector, alias, record }: KeyFacts,
  action: RecordChange['action'],
  value: string | null,
  ttl: number,
): RecordChange {
  // Behind an alias the key stands at the alias's target: nothing else may stand at the alias itself (RFC 1034 §3.6.2).
  const name = alias ?? keyRecordName(selector, domain)!
  return {
    action,
    name,
    type: 'TXT',
    ttl,
    value,
    before: action === 'publish' ? null : action === 'remove' ? value : record,
  }
}

function publishChanges(request: RotationRequest): RecordChange[] {
  const { kind, new: key, settings, domain } = request
  if (kind !== 'flip' || key.alias === null)
    return [change(request, { ...key, alias: null }, 'publish', key.record, settings.ttl)]
  const name = keyRecordName(key.selector, domain)!
  const target = freshTarget(key.alias, request)
  return [
    { action: 'publish', name: target, type: 'TXT', ttl: settings.ttl, value: key.record, before: null },
    { action: 'replace', name, type: 'CNAME', ttl: settings.ttl, value: target, before: key.alias },
  ]
}

/** The aliases alternate, their targets never repeat: `s2.dkim.example` becomes `s2-20261122.dkim.example`. */
function freshTarget(alias: string, { start }: RotationRequest): string {
  const [first = '', ...rest] = alias.split('.')
  const day = new Date(start).toISOString().slice(0, 10).replaceAll('-', '')
  return [`${first.replace(/-\d{8}$/, '').slice(0, 54)}-${day}`, ...rest].join('.')
}

function destroyOldKey({ oldKeyFile, settings }: RotationRequest): string[] {
  if (oldKeyFile === null || settings.disclose) return []
  return [`shred --remove ${shellPath(oldKeyFile)}`]
}

/** The path under which readers of disclosed keys look: two characters, then the whole MD5 of the DER of p=. */
function discloseCommands({ old, oldKeyFile, domain }: RotationRequest): string[] {
  const file = shellPath(oldKeyFile ?? `${old.selector}._domainkey.${domain}.private.pem`)
  const der = decodeBase64(/(?:^|;)\s*p\s*=([^;]*)/.exec(old.record ?? '')?.[1] ?? '')
  if (der === undefined) return [`install -D -m 0644 ${file} /var/www/dkim/KEY.pem`]
  const digest = createHash('md5').update(der).digest('hex')
  return [`install -D -m 0644 ${file} /var/www/dkim/${digest.slice(0, 2)}/${digest}.pem`]
}
