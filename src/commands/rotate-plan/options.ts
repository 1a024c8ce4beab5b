// The options of rotate-plan, and what they ask for.

import { DkimError } from '../../core/errors.js'
import { DEFAULT_SETTINGS, type Settings } from '../../core/rotation/settings.js'
import type { RotatePlanOptions } from './rotate-plan.js'

export type { RotatePlanOptions } from './rotate-plan.js'

/** No source of DNS at all: the plan rests on assumed figures. */
export function isBlind({ offline, dnsFile }: RotatePlanOptions): boolean {
  return offline === true && dnsFile === undefined
}

const WEEK = 7 * 86_400_000

export function settingsOf(options: RotatePlanOptions): Settings {
  refuseUnguardedDisclosure(options)
  const cadence = options.cadence ?? DEFAULT_SETTINGS.cadence
  const whole = (milliseconds: number): number => Math.ceil(milliseconds / 1000) * 1000
  return {
    ...DEFAULT_SETTINGS,
    cadence,
    // The leaked key is of no use to anyone but its thief.
    overlap: whole(options.overlap ?? (options.emergency ? 0 : DEFAULT_SETTINGS.overlap)),
    queueLifetime: whole(options.queueLifetime ?? DEFAULT_SETTINGS.queueLifetime),
    signatureLifetime: whole(options.signatureLifetime ?? 0),
    minimumPropagation: whole(options.propagation ?? (options.fast ? 0 : DEFAULT_SETTINGS.minimumPropagation)),
    providerMinimum: whole(options.providerMinimum ?? DEFAULT_SETTINGS.providerMinimum),
    // A month has no room for a month of mourning.
    revokedFor: whole(options.revokedFor ?? (cadence === 'monthly' ? WEEK : DEFAULT_SETTINGS.revokedFor)),
    ttl: options.ttl ?? DEFAULT_SETTINGS.ttl,
    disclose: options.disclose === true,
    timeZone: options.timeZone ?? DEFAULT_SETTINGS.timeZone,
    businessDays: options.businessDays === true,
    holidays: options.holidays ?? [],
  }
}

function refuseUnguardedDisclosure({ disclose, yesPublishPrivateKey, emergency, beside }: RotatePlanOptions): void {
  if (!disclose) return
  if (emergency || beside) {
    throw new DkimError('usage', '--disclose applies only to a normal rotation', 'leave it out')
  }
  if (yesPublishPrivateKey) return
  throw new DkimError(
    'usage',
    'publishing a private key cannot be undone: anyone can then forge the old signatures, so archived mail proves nothing',
    'check with whoever is responsible for legal holds and archives, then add --yes-publish-private-key',
  )
}
