// Public keys whose private half can be computed or is known: cheap tests that need nothing but the key.

import type { PublicKey } from '../keys/public-key.js'

export type Weakness = 'small-factor' | 'close-primes' | 'roca' | 'sample-key'

export interface WeakKey {
  readonly weakness: Weakness
  /** For people: what was found. */
  readonly detail: string | undefined
}

const TRIAL_LIMIT = 65_536
const FERMAT_STEPS = 100

/** Everything that is wrong with a key; a few milliseconds for 4096 bits. */
export function weaknessesOf(key: PublicKey): WeakKey[] {
  const found: WeakKey[] = []
  const sample = SAMPLE_KEYS.get(key.fingerprint)
  if (sample !== undefined) found.push({ weakness: 'sample-key', detail: sample })
  if (key.rsa === undefined) return found
  const modulus = BigInt(`0x0${key.rsa.modulus.toString('hex')}`)
  const factor = smallFactor(modulus)
  if (factor !== undefined) found.push({ weakness: 'small-factor', detail: `divisible by ${factor}` })
  const steps = fermatSteps(modulus)
  if (steps !== undefined)
    found.push({ weakness: 'close-primes', detail: `factored in ${steps} step${steps === 1 ? '' : 's'}` })
  if (hasRocaFingerprint(modulus)) found.push({ weakness: 'roca', detail: undefined })
  return found
}

/** The smallest prime under 2^16 that divides `modulus`. */
export function smallFactor(modulus: bigint): number | undefined {
  return primesBelow(TRIAL_LIMIT).find(prime => modulus % BigInt(prime) === 0n)
}

function primesBelow(limit: number): number[] {
  const composite = new Uint8Array(limit)
  const primes: number[] = []
  for (let candidate = 2; candidate < limit; candidate += 1) {
    if (composite[candidate] === 1) continue
    primes.push(candidate)
    for (let multiple = candidate * candidate; multiple < limit; multiple += candidate) composite[multiple] = 1
  }
  return primes
}

/** Fermat's method: n = a² - b² is found at once where the primes lie close together (CVE-2022-26320). */
export function fermatSteps(modulus: bigint): number | undefined {
  let a = squareRoot(modulus)
  if (a * a < modulus) a += 1n
  for (let step = 1; step <= FERMAT_STEPS; step += 1, a += 1n) {
    const rest = a * a - modulus
    const b = squareRoot(rest)
    if (b * b === rest && a - b > 1n) return step
  }
  return undefined
}

/** The largest integer whose square is not above `value`, by Newton's method. */
function squareRoot(value: bigint): bigint {
  if (value < 2n) return value
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2))
  for (;;) {
    const next = (root + value / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

/**
 * Keys of one faulty generator: modulo each of these primes they are a power of 65537, which other keys are by chance
 * only once in a hundred million (Nemec et al., "The Return of Coppersmith's Attack", 2017, §3.2).
 */
export function hasRocaFingerprint(modulus: bigint): boolean {
  return ROCA_PRIMES.every(prime => powersOf65537(prime).has(Number(modulus % BigInt(prime))))
}

const ROCA_PRIMES = primesBelow(168).slice(1)

function powersOf65537(prime: number): Set<number> {
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * 65_537) % prime) powers.add(power)
  return powers
}

/** Keys whose private half is printed in a specification or in a test suite, by fingerprint. */
const SAMPLE_KEYS: ReadonlyMap<string, string> = new Map([
  ['SHA256:26Pwy2nwbXDkGrxqxYErw9JjmiS2IbpdJBICrInLe5w', 'the sample key of RFC 6376 appendix C'],
  [
    'SHA256:BuP9j9opu2CrWVV95h7bCuzbIxE0vjDnW0Vfjht5L6k',
    'the Ed25519 sample key of RFC 8463 appendix A and RFC 8032 §7.1',
  ],
  ['SHA256:Ni2amVAYg/bRrHF8U//5ZYL7CnxSRky2S5CCqoh7x7Q', 'the RSA sample key of RFC 8463 appendix A'],
  ...[
    'SHA256:R2amwrgONk+J8KpMYeG3ZpTBCoauANEoeraMJ2Ke8dM',
    'SHA256:2fhw4zIUBzKlsQ7jQi6LxWTLmwYKtDL38wa7Q5VDN7Q',
    'SHA256:rDrKNWXU5M6MVmBSnsDLQx/FsDBIloAxlYRWpNR+l8c',
    'SHA256:J+i209JGrBMpblN+BTB0F4OIDJ9O5g45ay3GwY+AHgE',
    'SHA256:uZhtYHOiKlsaLN8bRS0lHsiPD4BvLN0fVFyHdXoy8fU',
    'SHA256:GXJ+7wtLo0lnXJtCgYvzjuruPjHIH5Q5jGREQIhIhcQ',
    'SHA256:6M+V2eN+bCDQgpeFgoJU+TF+JNU8Pggxxi5a6FQ8BbQ',
    'SHA256:LpjyQ/XFtlfWLsZgS1/UM/6q/y1oC3tYA1/8I7Y7fn8',
    'SHA256:E2SVkHfKkr783HAIV3W6+7MykVgCWP/GDp4t6g8Nq8c',
    'SHA256:G4KX8+10uHy8dpPdGVjapCmzBhCYaJkaWh9T3epetbY',
    'SHA256:VOrGtAYpnYbrvSxNVhDW9YPvh9cmKJLWo5ynEOpMYY8',
    'SHA256:KTXZaxjPhX5TdHWhrn6D2md6rkktKsz/1gbK2FYPL54',
    'SHA256:N+rXDNExyWJbcBzI9tXc1BryfM1L4H+qTEAEbQ72FBM',
    'SHA256:Xa30XEaBevqhcqHlEJ/nTvryOsY4QvtJB9SbnyosCYQ',
    'SHA256:rnyXg/0DhCrXTF/f6qtS071hVcZUj0D1gUiE+IhdP+M',
  ].map(fingerprint => [fingerprint, 'a key from a public test suite'] as const),
])
