// What every peer is to us: another implementation that is asked to verify what we sign, and to sign what we verify.

import { spawnSync } from 'node:child_process'

export type Algorithm = 'rsa-sha256' | 'ed25519-sha256'

export interface Material {
  /** Where files may be put. */
  readonly folder: string
  /** Of both keys: query name and record. */
  readonly records: Readonly<Record<string, string>>
  readonly domain: string
  readonly selectors: Readonly<Record<Algorithm, string>>
  /** PEM of the RSA key as PKCS#1, of the Ed25519 key as PKCS#8, and the path of a file with it. */
  readonly keyFiles: Readonly<Record<Algorithm, string>>
  /** base64 of the Ed25519 key. */
  readonly seed: string
}

export interface SigningJob {
  readonly message: Buffer
  readonly algorithm: Algorithm
  readonly canonicalization: string
}

export type Direction = 'verifies ours' | 'signs for us'

export interface Case {
  /** Of one of the messages. */
  readonly message: string
  readonly algorithm: Algorithm
  readonly canonicalization: string
}

export interface Peer {
  readonly name: string
  readonly algorithms: readonly Algorithm[]
  /** Why a case makes no sense with this peer, null where it does; without it, all of them do. */
  readonly excuse?: (direction: Direction, one: Case) => string | null
  /** The version, null where the peer is not installed. */
  version(): string | null
  /** `pass`, or in the peer's words what is wrong, for each message in order. */
  verify(messages: readonly Buffer[], material: Material): string[]
  /** The signed messages. */
  sign(jobs: readonly SigningJob[], material: Material): Buffer[]
}

/** Runs a program with the text on stdin; stdout where it ended well. */
export function run(command: string, argv: readonly string[], input = ''): string {
  const { error, status, stdout, stderr } = spawnSync(command, argv, { input, encoding: 'latin1', maxBuffer: 1 << 28 })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`)
  return stdout
}

/** As `run`, null where the program is missing or ends badly. */
export function attempt(command: string, argv: readonly string[]): string | null {
  try {
    return run(command, argv)
  } catch {
    return null
  }
}
