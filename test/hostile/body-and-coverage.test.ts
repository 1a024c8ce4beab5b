// What a signature leaves open: rows B-01 to B-09 and of the list in docs/security.md.
import { describe, expect, it } from 'vitest'
import { sign } from '../../src/core/dkim/sign.js'
import { Verifier } from '../../src/core/dkim/verify.js'
import { importPrivateKey } from '../../src/core/keys/private-key.js'
import { type EvilOptions, evilField, evilSign } from '../support/evil-signer.js'
import {
  CountingResolver,
  expectVerdict,
  judgeMessage,
  M0,
  NOW,
  REC,
  runMain,
  warningCodes,
} from '../support/hostile.js'
import { KEYS, keyFile } from '../support/keys.js'

const partly = { reason: 'body-partly-signed' } as const

describe('B-01 text behind l=', () => {
  const message = `${evilSign(M0, { extra: 'l=7' })}EVIL\r\n`

  it('is not signed, and said to be', async () => {
    const judged = await expectVerdict(message, partly)
    expect(judged.report.signatures[0]).toMatchObject({
      bodyLength: 7,
      bodyTotal: 13,
      bodyHash: 'match',
      headerSignature: 'match',
    })
    expect(warningCodes(judged)).toContain('body-length')
  })

  it('passes where the policy allows it', async () => {
    const { code } = await judgeMessage(message, { argv: ['--allow-partial-body'] })
    expect(code).toBe(0)
  })

  it('nothing behind it passes', async () => {
    const judged = await expectVerdict(evilSign(M0, { extra: 'l=7' }), { reason: null })
    expect(warningCodes(judged)).toContain('body-length')
  })

  it('sign has no such option', async () => {
    const argv = ['sign', '--key', keyFile('rsa2048'), '--selector', 'sel', '--body-length', '5', '-']
    expect((await runMain(argv, Buffer.from(M0))).code).toBe(2)
  })
})

it('B-02 a second Content-Type with its own boundary', async () => {
  const signed = evilSign(`Content-Type: text/plain\r\n${M0}`, { extra: 'l=7', tags: { h: 'from:content-type' } })
  const attacked = `Content-Type: multipart/mixed; boundary=BAD\r\n${signed}--BAD\r\n\r\nEVIL\r\n--BAD--\r\n`
  await expectVerdict(attacked, { reason: 'unsigned-duplicate-field' })
  const unsigned = evilSign(`Content-Type: text/plain\r\n${M0}`, { extra: 'l=7' })
  expect(warningCodes(await judgeMessage(`${unsigned}x`))).toContain('unprotected-field')
})

it('B-03 l=0 leaves the whole body open', async () => {
  const options: EvilOptions = { extra: 'l=0', length: 0 }
  await expectVerdict(evilSign(M0, options), partly)
  await expectVerdict(evilSign(M0, options).replace('Hello', 'EVIL'), partly)
  await expectVerdict(evilSign(M0.replace('Hello\r\n', ''), options), { reason: null })
})

it('B-04 l= beyond the body', async () => {
  for (const l of ['8', '999', '9'.repeat(76)]) {
    await expectVerdict(evilSign(M0, { extra: `l=${l}` }), { reason: 'body-shorter-than-length' })
  }
})

it('B-05 l= counts canonical octets, and may end anywhere', async () => {
  for (let length = 0; length < 7; length += 1) {
    await expectVerdict(evilSign(M0, { extra: `l=${length}`, length }), partly)
  }
  const spaced = M0.replace('Hello', 'a   b')
  await expectVerdict(evilSign(spaced, { extra: 'l=5', length: 5 }), { reason: null })
  await expectVerdict(evilSign(spaced, { extra: 'l=2', length: 2 }), partly)
  await expectVerdict(evilSign(spaced, { body: 'simple', extra: 'l=7' }), { reason: null })
})

describe('B-06 fields that change what is shown', () => {
  it.each([
    'Content-Type: text/html',
    'Content-Transfer-Encoding: base64',
    'MIME-Version: 1.0',
    'Content-Disposition: attachment',
    'Reply-To: x@attack.test',
    'Subject: other',
  ])('%s unsigned is warned of', async field => {
    const judged = await judgeMessage(`${field}\r\n${evilSign(M0, { tags: { h: 'from' } })}`)
    expect(judged.code).toBe(0)
    expect(warningCodes(judged)).toContain('unprotected-field')
  })
})

it('B-07 a multipart body that is signed whole is signed whole', async () => {
  const body = 'preamble\r\n--x\r\n\r\none\r\n--x--\r\nepilogue'
  const message = evilSign(`Content-Type: multipart/mixed; boundary=x\r\n${M0.replace('Hello', body)}`)
  await expectVerdict(message, { reason: null })
  await expectVerdict(message.replace('epilogue', 'EVIL'), { reason: 'body-hash-did-not-verify' })
})

describe('B-08 big bodies', () => {
  it.each([
    ['a line of 2 MB of spaces', `${' '.repeat(2_000_000)}x`],
    ['a million empty lines', `${'\r\n'.repeat(1_000_000)}x`],
    ['a million lines of a space', `${' \r\n'.repeat(700_000)}x`],
  ])('%s', async (_, body) => {
    const start = performance.now()
    await expectVerdict(evilSign(M0.replace('Hello', body), { body: 'simple' }), { reason: null })
    expect(performance.now() - start).toBeLessThan(8000)
  })

  it('200 MB in pieces need no memory of their own', async () => {
    const verifier = new Verifier({ resolver: new CountingResolver(REC), now: new Date(NOW * 1000) })
    verifier.write(Buffer.from(evilSign(M0)))
    const piece = Buffer.from(`${'text and  blanks \r\n'.repeat(3640)}`)
    let most = 0
    const before = process.memoryUsage.rss()
    for (let count = 0; count < 3000; count += 1) {
      verifier.write(piece)
      if (count % 500 === 0) most = Math.max(most, process.memoryUsage.rss() - before)
    }
    expect((await verifier.end()).signatures[0]?.reason).toBe('body-hash-did-not-verify')
    expect(most).toBeLessThan(100 * 1024 * 1024)
  })
})

it('B-09 white space before a line end', async () => {
  for (const body of ['a \r\n\t\r\n \t \r\nb \t', ' \r\n\t', 'a\r\n \r\n\r\n']) {
    const message = evilSign(M0.replace('Hello\r\n', body))
    await expectVerdict(message, { reason: null })
    if (body.startsWith('a ')) {
      await expectVerdict(message.replace('a \r\n', 'a\r\n'), { reason: null })
      await expectVerdict(message.replace('a \r\n', ' a\r\n'), { reason: 'body-hash-did-not-verify' })
    }
  }
})

const key = importPrivateKey(Buffer.from(KEYS.rsa2048.export({ type: 'pkcs8', format: 'pem' })))

async function signed(message: string): Promise<string> {
  const request = { key, selector: 'sel', domain: 'legit.test' }
  const { fields } = await sign(Buffer.from(message, 'latin1'), { requests: [request], now: new Date(NOW * 1000) })
  return fields.map(field => field.toString('latin1')).join('') + message
}

describe('R-01, R-02 what we sign cannot be added to', () => {
  const names = [
    'From',
    'To',
    'Cc',
    'Subject',
    'Date',
    'Reply-To',
    'Message-ID',
    'In-Reply-To',
    'References',
    'MIME-Version',
    'Content-Type',
    'Content-Transfer-Encoding',
    'Content-Disposition',
  ]
  it.each(names)('%s', async name => {
    const message = await signed(M0)
    await expectVerdict(message, { reason: null })
    for (const attacked of [`${name}: x\r\n${message}`, message.replace('\r\n\r\n', `\r\n${name}: x\r\n\r\n`)]) {
      await expectVerdict(attacked, { reason: 'signature-did-not-verify' })
    }
  })

  it('h= holds each name once more than it occurs', async () => {
    for (let copies = 0; copies <= 3; copies += 1) {
      const { report } = await judgeMessage(
        await signed(`${'List-Unsubscribe: <x>\r\n'.repeat(Math.min(copies, 1))}${M0}`),
      )
      const fields = report.signatures[0]!.signedFields
      const count = (name: string): number => fields.filter(field => field === name).length
      expect([count('from'), count('cc'), count('list-unsubscribe')]).toEqual([2, 1, copies === 0 ? 0 : 2])
    }
  })
})

it('R-03 a replayed message is dated, and its recipients are signed', async () => {
  const judged = await judgeMessage(await signed(M0), { now: NOW + 400 * 86_400 })
  expect(warningCodes(judged)).toContain('old-signature')
  expect(judged.report.signatures[0]?.signedAt).toBe('2023-11-14T22:13:20Z')
  expect(judged.report.signatures[0]?.signedFields).toContain('to')
})

it('R-04 signing for another From domain is warned of', async () => {
  const argv = ['sign', '--key', keyFile('rsa2048'), '--selector', 'sel', '--domain', 'attack.test', '-']
  const { code, stderr } = await runMain(argv, Buffer.from(M0))
  expect([code, stderr.includes('legit.test')]).toEqual([0, true])
  const judged = await judgeMessage(evilSign(M0, { tags: { d: 'attack.test' } }), {
    records: { 'sel._domainkey.attack.test': REC['sel._domainkey.legit.test']! },
  })
  expect(warningCodes(judged)).toContain('not-aligned')
  expect(judged.report.signatures[0]?.aligned).toBe('none')
})

it('R-06 fields that change on the way are not signed, and never on demand', async () => {
  const trace = 'Return-Path: <x@legit.test>\r\nReceived: from x\r\nAuthentication-Results: x\r\nARC-Seal: x\r\n'
  const { report } = await judgeMessage(await signed(trace + evilField(M0) + M0))
  const names = new Set(report.signatures.flatMap(({ signedFields }) => signedFields))
  for (const name of ['return-path', 'received', 'authentication-results', 'arc-seal', 'dkim-signature'])
    expect(names).not.toContain(name)
  const argv = ['sign', '--key', keyFile('rsa2048'), '--selector', 'sel', '--headers', 'from:return-path', '-']
  expect((await runMain(argv, Buffer.from(M0))).code).toBe(2)
})
