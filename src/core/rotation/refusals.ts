// What is no plan at all: refused with the reason and the way out, before any date is computed.

import { MAX_TTL } from '../dns/record.js'
import { DkimError } from '../errors.js'
import { keyRecordName } from '../syntax/abnf.js'
import { givenDomain, givenSelector } from '../syntax/given-name.js'
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
      `the new selector is the old one (${old.selector})`,
      'a new key needs a new selector: verifiers cannot tell an old key from a forgery under one name (RFC 6376 §3.1)',
    )
  }
}

function refuseDates({ createdAt, start, settings }: RotationRequest): void {
  if (createdAt < EARLIEST || start > LATEST || createdAt > LATEST) {
    throw new DkimError('usage', 'the date of the plan is not a sane one', 'check the clock, --now and --start')
  }
  if (start < createdAt) {
    throw new DkimError('usage', 'the start lies in the past', 'give --start a date from now on, or leave it out')
  }
  if (settings.ttl > MAX_TTL) {
    throw new DkimError('usage', `a TTL of ${settings.ttl} seconds`, `${MAX_TTL} is the longest (RFC 2181 §8)`)
  }
  const longest = Math.max(settings.overlap, settings.queueLifetime, settings.signatureLifetime, settings.revokedFor)
  if (longest > 3650 * DAY) throw new DkimError('usage', 'a wait of more than ten years', 'check the durations')
}

function refuseKeys({ old, new: fresh, kind }: RotationRequest): void {
  if (kind === 'provider') return
  if (old.fingerprint !== null && old.fingerprint === fresh.fingerprint) {
    throw new DkimError(
      'usage',
      `the new key is the key that is already published under ${old.selector}`,
      `make a new one: dkim keygen --selector ${fresh.selector}`,
    )
  }
  if (kind !== 'add' && old.type === 'rsa' && fresh.type === 'ed25519') {
    throw new DkimError(
      'usage',
      'an Ed25519 key cannot replace the RSA key: many verifiers know no Ed25519, and the mail would count as unsigned there',
      'add it beside the RSA key with --beside (RFC 8463 §3)',
    )
  }
}

/** A clock that runs backwards would make waits look shorter or evidence older than they are. */
export function refuseClock({ createdAt }: RotationRequest, { checkedAt, newLiveSince }: Progress, now: Instant): void {
  const known = Math.max(createdAt, checkedAt ?? 0, newLiveSince ?? 0)
  if (now >= known) return
  throw new DkimError(
    'usage',
    `the clock went backwards: it is ${new Date(now).toISOString()}, and the plan was used at ${new Date(known).toISOString()}`,
    'check the clock of this machine and --now',
  )
}

/** The new selector must never have been used: whatever a resolver or a person remembers of it would be taken for the new key. */
export function refuseTakenSelector(name: string, taken: 'exists' | 'alias' | 'wildcard' | 'used-before'): never {
  const reasons = {
    exists: [`${name} exists already`, 'choose a selector that was never used (--new-selector or --scheme)'],
    alias: [
      `${name} exists already, as an alias`,
      'choose another selector; where both selectors are aliases into a zone of yours, let them change roles: --flip',
    ],
    wildcard: [
      `a wildcard answers for ${name}`,
      'remove the wildcard record below _domainkey: nobody can tell whether a key is published while it is there',
    ],
    'used-before': [`${name} was used before`, 'choose a selector that was never used (--new-selector or --scheme)'],
  } as const
  const [message, hint] = reasons[taken]
  throw new DkimError('usage', message, hint)
}
