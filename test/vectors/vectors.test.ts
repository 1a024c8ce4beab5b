// Every vector, verified whole, in chunks and byte by byte, by the library and by the command; and every reason has a vector.
// UPDATE_VECTORS=1 writes the made ones anew; without it they must be what the evil signer makes.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Zone } from '../../src/core/dns/zone.js'
import { readZone } from '../../src/core/dns/zone-file.js'
import { zoneResolver } from '../../src/core/dns/zone-resolver.js'
import { REASONS, type VerificationReport } from '../../src/core/dkim/result.js'
import { verify } from '../../src/core/dkim/verify.js'
import { NOW, runMain, zoneText } from '../support/hostile.js'
import { VECTORS, type Vector } from '../support/vectors.js'

interface ExpectedFile {
  readonly now: number
  readonly argv?: readonly string[]
  readonly exitCode: number
  readonly result: string
  readonly signatures: readonly Record<'reason' | 'bodyHash' | 'headerSignature', string | null>[]
}

const EXIT_CODES: Readonly<Record<string, number>> = { pass: 0, none: 3, temperror: 75 }
const RFC_EXAMPLES = 2

function filesOf(vector: Vector): Record<string, string> {
  const { name, shows, message, records, failing = [], argv, result, signatures } = vector
  const failures = Object.fromEntries(failing.map(failed => [failed, { error: 'SERVFAIL' }]))
  const expected: ExpectedFile = {
    now: NOW,
    ...(argv === undefined ? {} : { argv }),
    exitCode: EXIT_CODES[result] ?? 1,
    result,
    signatures: signatures.map(([reason, bodyHash, headerSignature]) => ({ reason, bodyHash, headerSignature })),
  }
  return {
    'message.eml': message,
    'dns.zone': failing.length > 0 ? `${JSON.stringify(failures, null, 2)}\n` : zoneText(records),
    'expected.json': `${JSON.stringify(expected, null, 2)}\n`,
    'README.md': `# ${name}\n\n${shows}\n\nMade by \`test/support/vectors.ts\`; the keys are those of \`test/support/keys\`.\n`,
  }
}

const folderOf = (vector: Vector): string =>
  `${String(VECTORS.indexOf(vector) + RFC_EXAMPLES + 1).padStart(2, '0')}-${vector.name}`

const pathOf = (folder: string, file: string): string => join(import.meta.dirname, folder, file)

if (process.env['UPDATE_VECTORS']) {
  for (const vector of VECTORS) {
    mkdirSync(pathOf(folderOf(vector), ''), { recursive: true })
    for (const [file, text] of Object.entries(filesOf(vector))) {
      writeFileSync(pathOf(folderOf(vector), file), text, 'latin1')
    }
  }
}

const FOLDERS = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(entry => entry.name)
  .sort()

function readExpected(folder: string): ExpectedFile {
  return JSON.parse(readFileSync(pathOf(folder, 'expected.json'), 'utf8')) as ExpectedFile
}

function outcomeOf({ result, signatures }: VerificationReport) {
  return {
    result,
    signatures: signatures.map(({ reason, bodyHash, headerSignature }) => ({ reason, bodyHash, headerSignature })),
  }
}

function pieces(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  )
}

describe.each(FOLDERS)('vector %s', folder => {
  const expected = readExpected(folder)
  const outcome = { result: expected.result, signatures: expected.signatures }
  const message = readFileSync(pathOf(folder, 'message.eml'))

  it('gives its verdict on the command line', async () => {
    const zone = pathOf(folder, 'dns.zone')
    const argv = ['verify', '--dns-file', zone, '--now', String(expected.now), '--format', 'json']
    const { code, stdout } = await runMain([...argv, ...(expected.argv ?? []), pathOf(folder, 'message.eml')], message)
    expect(outcomeOf(JSON.parse(stdout))).toEqual(outcome)
    expect(code).toBe(expected.exitCode)
  })

  it('gives the same report in every chunking', async () => {
    const zone = readZone(readFileSync(pathOf(folder, 'dns.zone')), 'dns.zone', new Zone())
    const options = { resolver: zoneResolver(zone), now: new Date(expected.now * 1000) }
    const whole = await verify(message, options)
    // A policy is given on the command line alone; without one those vectors pass.
    expect(outcomeOf(whole).result).toEqual(expected.argv === undefined ? expected.result : 'pass')
    for (const size of [1, 2, 3, 7, 64, 1000]) expect(await verify(pieces(message, size), options)).toEqual(whole)
  })
})

it.each(VECTORS.map(vector => [folderOf(vector), vector] as const))('%s is what is made', (folder, vector) => {
  for (const [file, text] of Object.entries(filesOf(vector))) {
    expect(readFileSync(pathOf(folder, file), 'latin1')).toBe(text)
  }
})

it('every reason has a vector', () => {
  const shown = new Set(FOLDERS.flatMap(folder => readExpected(folder).signatures.map(({ reason }) => reason)))
  expect(Object.keys(REASONS).filter(reason => !shown.has(reason))).toEqual([])
})

it('every folder is made or one of the two examples from the RFCs', () => {
  expect(FOLDERS.slice(RFC_EXAMPLES)).toEqual(VECTORS.map(folderOf))
})
