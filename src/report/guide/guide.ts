// A page for each reason and each warning: what causes it, how to make sure, how to mend it.

import { REASONS, type Reason, WARNINGS, type WarningCode } from '../../core/dkim/result.js'
import { KEY_GUIDES } from './key.js'
import { POLICY_GUIDES } from './policy.js'
import { SIGNATURE_GUIDES } from './signature.js'
import type { Guide } from './step.js'
import { WARNING_GUIDES } from './warnings.js'

export const GUIDES = {
  ...SIGNATURE_GUIDES,
  ...KEY_GUIDES,
  ...POLICY_GUIDES,
  ...WARNING_GUIDES,
} satisfies Record<Reason | WarningCode, Guide>

export type GuideCode = keyof typeof GUIDES

export const GUIDE_CODES = Object.keys(GUIDES) as readonly GuideCode[]

export function isGuideCode(code: string): code is GuideCode {
  return Object.hasOwn(GUIDES, code)
}

/** The phrase of the reports. */
export function titleOf(code: GuideCode): string {
  return isReason(code) ? REASONS[code].text : WARNINGS[code]
}

/** Where the rule stands and what RFC 8601 calls the result; a warning changes no result. */
export function standingOf(code: GuideCode): string {
  return isReason(code)
    ? `result ${REASONS[code].result}, ${REASONS[code].section}`
    : 'warning (does not affect the result)'
}

function isReason(code: GuideCode): code is Reason {
  return Object.hasOwn(REASONS, code)
}
