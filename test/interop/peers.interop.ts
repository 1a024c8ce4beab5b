// What we sign verifies elsewhere, and what is signed elsewhere verifies here. run.mjs turns the names of these tests into a table.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatKeyRecord } from '../../src/core/dkim/key-record.js'
import { exportPrivateKey, generatePrivateKey } from '../../src/core/keys/private-key.js'
import { dkim } from '../support/cli.js'
import { dkimpy } from './dkimpy.js'
import { mailDkim } from './mail-dkim.js'
import { CANONICALIZATIONS, MESSAGES } from './messages.js'
import { opendkim } from './opendkim.js'
import type { Algorithm, Case, Direction, Material, Peer } from './peer.js'

const PEERS: readonly Peer[] = [dkimpy, mailDkim, opendkim]
const ALGORITHMS: readonly Algorithm[] = ['rsa-sha256', 'ed25519-sha256']
const DOMAIN = 'example.com'
const SELECTORS = { 'rsa-sha256': 'r', 'ed25519-sha256': 'e' } as const

const nameOf = ({ algorithm, canonicalization, message }: Case): string =>
  `${algorithm} | ${canonicalization} | ${message}`

const CASES: readonly Case[] = ALGORITHMS.flatMap(algorithm =>
  CANONICALIZATIONS.flatMap(canonicalization =>
    Object.keys(MESSAGES).map(message => ({ message, algorithm, canonicalization })),
  ),
)

let material: Material
const ours = new Map<Case, Buffer>()

const file = (name: string): string => join(material.folder, name)

beforeAll(async () => {
  material = await makeMaterial()
  for (const one of CASES) ours.set(one, await signHere(one))
})

afterAll(() => rmSync(material.folder, { recursive: true, force: true }))

async function makeMaterial(): Promise<Material> {
  const folder = mkdtempSync(join(tmpdir(), 'dkim-interop-'))
  const rsa = await generatePrivateKey('rsa', 2048)
  const ed25519 = await generatePrivateKey('ed25519')
  const keyFiles = { 'rsa-sha256': join(folder, 'rsa.pem'), 'ed25519-sha256': join(folder, 'ed25519.pem') }
  writeFileSync(keyFiles['rsa-sha256'], exportPrivateKey(rsa, { format: 'pkcs1' }))
  writeFileSync(keyFiles['ed25519-sha256'], exportPrivateKey(ed25519))
  for (const path of Object.values(keyFiles)) chmodSync(path, 0o600)
  const records = Object.fromEntries(
    [rsa, ed25519].map(({ type, publicKey: { p } }) => [
      `${SELECTORS[`${type}-sha256`]}._domainkey.${DOMAIN}`,
      formatKeyRecord({ keyType: type, publicKey: p }),
    ]),
  )
  writeFileSync(join(folder, 'dns.json'), JSON.stringify(records))
  const seed = exportPrivateKey(ed25519, { format: 'seed' }).toString('latin1').trim()
  return { folder, records, domain: DOMAIN, selectors: SELECTORS, keyFiles, seed }
}

async function signHere({ message, algorithm, canonicalization }: Case): Promise<Buffer> {
  const key = ['--key', material.keyFiles[algorithm], '--selector', SELECTORS[algorithm], '--domain', DOMAIN]
  const argv = ['sign', ...key, '--canonicalization', canonicalization]
  const { code, stdoutBytes, stderr } = await dkim(argv, { input: MESSAGES[message]! })
  if (code !== 0) throw new Error(`dkim sign ended with ${code}: ${stderr}`)
  return stdoutBytes
}

/** One process for all: the results in order. */
async function verifyHere(messages: readonly Buffer[]): Promise<string[]> {
  const paths = messages.map((message, index) => {
    writeFileSync(file(`theirs-${index}.eml`), message)
    return file(`theirs-${index}.eml`)
  })
  const { stdout } = await dkim(['verify', '--format', 'ndjson', '--dns-file', file('dns.json'), ...paths])
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  return lines.map(({ result, signatures }) => (result === 'pass' ? result : `${result}: ${signatures[0]?.reason}`))
}

for (const peer of PEERS) {
  const version = peer.version()
  describe.skipIf(version === null)(peer.name, () => {
    const cases = CASES.filter(({ algorithm }) => peer.algorithms.includes(algorithm))
    const excuse = (direction: Direction, one: Case) => peer.excuse?.(direction, one) ?? null
    const verifiable = cases.filter(one => excuse('verifies ours', one) === null)
    const signable = cases.filter(one => excuse('signs for us', one) === null)
    const toThem = new Map<Case, string>()
    const fromThem = new Map<Case, string>()

    beforeAll(async () => {
      const theirs = peer.verify(
        verifiable.map(one => ours.get(one)!),
        material,
      )
      for (const [index, one] of verifiable.entries()) toThem.set(one, theirs[index]!)
      const jobs = signable.map(({ message, ...job }) => ({ ...job, message: MESSAGES[message]! }))
      const results = await verifyHere(peer.sign(jobs, material))
      for (const [index, one] of signable.entries()) fromThem.set(one, results[index]!)
    })

    for (const one of verifiable) it(`verifies ours | ${nameOf(one)}`, () => expect(toThem.get(one)).toBe('pass'))
    for (const one of signable) it(`signs for us | ${nameOf(one)}`, () => expect(fromThem.get(one)).toBe('pass'))

    for (const direction of ['verifies ours', 'signs for us'] as const) {
      for (const one of cases) {
        const reason = excuse(direction, one)
        if (reason !== null) it.skip(`${direction} | ${nameOf(one)} | ${reason}`)
      }
    }

    it('notices a changed body', () => {
      const changed = Buffer.concat([ours.get(cases[0]!)!, Buffer.from('more\r\n')])
      expect(peer.verify([changed], material)[0]).not.toBe('pass')
    })
  })
}
