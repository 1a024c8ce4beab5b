// A page for each reason and each warning: its cause, how to confirm it, what to do.

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

/** The RFC 8601 result and the section of the rule; a warning does not change the result. */
export function standingOf(code: GuideCode): string {
  return isReason(code)
    ? `result ${REASONS[code].result}, ${REASONS[code].section}`
    : 'warning: does not affect the result'
}

function isReason(code: GuideCode): code is Reason {
  return Object.hasOwn(REASONS, code)
}
