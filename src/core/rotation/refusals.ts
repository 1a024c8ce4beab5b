// What is no plan at all: refused with the reason and the way out, before any date is computed.

import { MAX_TTL } from '../dns/record.js'
import { DkimError } from '../errors.js'
import { givenDomain, givenSelector } from '../syntax/given-name.js'
import { keyRecordName } from '../syntax/names.js'
import { DAY, type Instant } from './calendar.js'
import type { Progress } from './progress.js'
import type { RotationRequest } from './settings.js'
import { sameSelector } from './signer-evidence.js'

/** An instant outside is a mistake in the clock or in a file. */
export const EARLIEST = Date.UTC(2000, 0, 1)
export const LATEST = Date.UTC(2200, 0, 1)

export function refuseRequest(request: RotationRequest): void {
  refuseNames(request)
  refuseDates(request)
  refuseKeys(request)
}

function refuseNames({ domain, old, new: fresh, kind }: RotationRequest): void {
  givenDomain(domain)
  for (const { selector } of [old, fresh]) {
    givenSelector(selector)
    if (keyRecordName(selector, domain) === undefined) {
      throw new DkimError(
        'name-invalid',
        `${selector}._domainkey.${domain} is too long for DNS`,
        'choose a shorter selector',
      )
    }
  }
  if (kind !== 'provider' && sameSelector(old.selector, fresh.selector)) {
    throw new DkimError(
      'usage',
      `the new selector equals the old one (${old.selector})`,
      'a new key needs a new selector: with a reused name, verifiers cannot tell old signatures from forgeries (RFC 6376 §3.1)',
    )
  }
}

function refuseDates({ createdAt, start, settings }: RotationRequest): void {
  if (createdAt < EARLIEST || start > LATEST || createdAt > LATEST) {
    throw new DkimError('usage', 'the plan date is implausible', 'check the clock, --now and --start')
  }
  if (start < createdAt) {
    throw new DkimError('usage', 'the start date is in the past', 'use a future --start, or omit it')
  }
  if (settings.ttl > MAX_TTL) {
    throw new DkimError('usage', `TTL too long: ${settings.ttl} seconds`, `${MAX_TTL} is the longest (RFC 2181 §8)`)
  }
  const longest = Math.max(settings.overlap, settings.queueLifetime, settings.signatureLifetime, settings.revokedFor)
  if (longest > 3650 * DAY) throw new DkimError('usage', 'a wait of more than ten years', 'check the durations')
}

function refuseKeys({ old, new: fresh, kind }: RotationRequest): void {
  if (kind === 'provider') return
  if (old.fingerprint !== null && old.fingerprint === fresh.fingerprint) {
    throw new DkimError(
      'usage',
      `the new key is already published under ${old.selector}`,
      `make a new one: dkim keygen --selector ${fresh.selector}`,
    )
  }
  if (kind !== 'add' && old.type === 'rsa' && fresh.type === 'ed25519') {
    throw new DkimError(
      'usage',
      'an Ed25519 key cannot replace the RSA key: many verifiers do not support it and would treat the mail as unsigned',
      'use it alongside the RSA key with --beside (RFC 8463 §3)',
    )
  }
}

/** A clock that runs backwards would make waits look shorter or evidence older than they are. */
export function refuseClock({ createdAt }: RotationRequest, { checkedAt, newLiveSince }: Progress, now: Instant): void {
  const known = Math.max(createdAt, checkedAt ?? 0, newLiveSince ?? 0)
  if (now >= known) return
  throw new DkimError(
    'usage',
    `the clock went backwards: it is ${new Date(now).toISOString()}, but the plan was last used at ${new Date(known).toISOString()}`,
    'check the clock of this machine and --now',
  )
}

/** The new selector must never have been used: whatever a resolver or a person remembers of it would be taken for the new key. */
export function refuseTakenSelector(name: string, taken: 'exists' | 'alias' | 'wildcard' | 'used-before'): never {
  const reasons = {
    exists: [`${name} exists already`, 'choose an unused selector (--new-selector or --scheme)'],
    alias: [
      `${name} already exists as a CNAME`,
      'choose another selector; if both selectors are CNAMEs into your own zone, swap their roles with --flip',
    ],
    wildcard: [
      `a wildcard answers for ${name}`,
      'remove the wildcard record below _domainkey: it hides whether a key is published',
    ],
    'used-before': [`${name} was used before`, 'choose an unused selector (--new-selector or --scheme)'],
  } as const
  const [message, hint] = reasons[taken]
  throw new DkimError('usage', message, hint)
}
