// Every command line of the pages of reasons and warnings is run, and what it writes is compared with transcripts/. Those that confirm
// a cause run in the situation that the page is about, and one of them must name it.
import { describe, expect, it, vi } from 'vitest'
import { GUIDE_CODES, GUIDES, type GuideCode } from '../../src/report/guide/guide.js'
import type { Guide } from '../../src/report/guide/step.js'
import { filesForHelp } from './files.js'
import { sceneOf, zoneOf } from './scenes.js'
import { transcriptOf } from './transcript.js'
import { openWorld, pem, SERVERS } from './world.js'

// Dozens of processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000 })

/** The moment at which the messages of the scenes were signed. */
const THEN = '2023-11-14T22:13:20Z'
/** What dkim lookup calls it: it judges the record, and knows of no message. */
const LOOKUP_SAYS: Readonly<Partial<Record<GuideCode, string>>> = {
  'key-syntax-error': '(version-wrong)',
  'unsupported-key-type': '(key-type-unknown)',
  'no-key-for-signature': 'no key record',
  'key-revoked': '(revoked)',
  'inappropriate-hash-algorithm': '(hash-not-sha256)',
  'inappropriate-service-type': '(service-not-mail)',
  'key-unsafe': '(unsafe-exponent)',
  'key-unavailable': 'temporary lookup failure',
  'weak-key': '(key-short)',
  'testing-key': '(testing)',
  'multiple-keys': '(several-records)',
}
const commands = (steps: Guide['fix']): string[] =>
  steps.flatMap(([, command]) => (command === undefined ? [] : [command]))

const confirmed = new Map<GuideCode, string>()

async function confirm(code: GuideCode): Promise<string> {
  const scene = sceneOf(code)
  const message = Buffer.from(scene.message, 'latin1')
  const world = await openWorld({
    zone: zoneOf(scene, SERVERS),
    now: THEN,
    files: { 'message.eml': message, 'sent-copy.eml': message, 'mail.private.pem': pem('rsa1') },
  })
  const parts: string[] = []
  try {
    for (const line of commands(GUIDES[code].confirm)) parts.push(await transcriptOf(world, { line, output: null }))
  } finally {
    await world.close()
  }
  return parts.join('\n')
}

describe('the lines that confirm', () => {
  it.each(GUIDE_CODES)('%s show it', async code => {
    const transcript = await confirm(code)
    confirmed.set(code, transcript)
    expect(transcript.replaceAll(/\s+/g, ' ')).toContain(LOOKUP_SAYS[code] ?? `(${code}`)
  })

  it('write what they should', async () => {
    expect(confirmed.size).toBe(GUIDE_CODES.length)
    const parts = Array.from(confirmed, ([code, transcript]) => `== ${code}\n${transcript}`)
    await expect(parts.join('\n')).toMatchFileSnapshot('transcripts/reasons-confirm.txt')
  })
})

it('the lines that mend write what they should', async () => {
  const lines = new Set(GUIDE_CODES.flatMap(code => commands(GUIDES[code].fix)))
  expect(lines.size).toBeGreaterThan(10)
  const world = await openWorld({
    files: { ...filesForHelp('dkim'), 'rsa.private.pem': pem('rsa1'), 'ed25519.private.pem': pem('ed255191') },
  })
  const parts: string[] = []
  try {
    for (const line of lines) parts.push(await transcriptOf(world, { line, output: null }))
  } finally {
    await world.close()
  }
  await expect(parts.join('\n')).toMatchFileSnapshot('transcripts/reasons-fix.txt')
})
