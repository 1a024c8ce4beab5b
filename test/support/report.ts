// Verification reports to render: a passing one, and whatever a test changes in it.
import type { Reason, SignatureReport, VerificationReport } from '../../src/core/dkim/result.js'
import { messageResult, REASONS } from '../../src/core/dkim/result.js'

export function signatureReport(changes: Partial<SignatureReport> = {}): SignatureReport {
  return {
    result: 'pass',
    reason: null,
    detail: null,
    domain: 'example.com',
    selector: 'mail',
    identity: '@example.com',
    algorithm: 'rsa-sha256',
    canonicalization: { header: 'relaxed', body: 'relaxed' },
    signedFields: ['from', 'to', 'subject'],
    signatureStart: 'AbCdEfGh',
    bodyHash: 'match',
    headerSignature: 'match',
    key: { type: 'rsa', bits: 2048, fingerprint: `SHA256:${'a'.repeat(43)}`, testing: false },
    bodyLength: null,
    bodyTotal: null,
    signedAt: '2026-01-01T00:00:00Z',
    expiresAt: null,
    aligned: 'strict',
    warnings: [],
    ...changes,
  }
}

export function failing(reason: Reason, changes: Partial<SignatureReport> = {}): SignatureReport {
  return signatureReport({ result: REASONS[reason].result, reason, ...changes })
}

export function verificationReport(
  signatures: readonly SignatureReport[] = [signatureReport()],
  changes: Partial<VerificationReport> = {},
): VerificationReport {
  return {
    schema: 'dkim.verification/1',
    input: 'a.eml',
    result: messageResult(signatures.map(({ result }) => result)),
    from: { domain: 'example.com' },
    signatures,
    warnings: [],
    ...changes,
  }
}

/** What a stranger could put into a report to break out of any format. */
export const HOSTILE = '"><script>alert(1)</script>\'&%0A::error::x\r\n\u001b[31m\u202e,a:b]]>\u0000\ud800'
