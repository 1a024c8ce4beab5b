// What mailing-list software and a relay with a disclaimer do to signed messages is explained. All of it runs on loopback.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatKeyRecord } from '../../src/core/dkim/key-record.js'
import { exportPrivateKey, generatePrivateKey } from '../../src/core/keys/private-key.js'
import { dkim } from '../support/cli.js'
import { hasPrograms, LIST, MailFolder, makeMlmmjList, Postfix, postToMlmmj, submit } from './mail-software.js'
import { SmtpSink } from './smtp-sink.js'

const PLAIN = `From: Ann Author <ann@example.com>
To: ${LIST}
Subject: The minutes
Date: Sun, 22 Nov 2026 12:00:00 +0000
Message-ID: <1@example.com>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

Hello all,

here are the minutes.
.and a line with a dot
--${' '}
Ann
`.replaceAll('\n', '\r\n')

const FIELDS = PLAIN.slice(0, PLAIN.indexOf('\r\n\r\n'))
const ALTERNATIVE = `${FIELDS.replace('text/plain; charset=us-ascii', 'multipart/alternative; boundary=b1')}

--b1
Content-Type: text/plain; charset=us-ascii

Hello all
--b1
Content-Type: text/html; charset=us-ascii

<html><body><p>Hello all</p>
</body></html>
--b1--
`.replace(/\r?\n/g, '\r\n')

const TYPES = ['rsa', 'ed25519'] as const
const CANONICALIZATIONS = ['relaxed/relaxed', 'relaxed/simple', 'simple/relaxed', 'simple/simple'] as const
const CASES = TYPES.flatMap(type => CANONICALIZATIONS.map(canonicalization => [type, canonicalization] as const))

interface Signature {
  readonly result: string
  readonly diagnosis: string
  readonly explanations: readonly { code: string; certainty: string; fields: readonly string[] }[]
}

let keys: string
beforeAll(async () => {
  keys = mkdtempSync(join(tmpdir(), 'dkim-lists-'))
  const records: Record<string, string> = {}
  for (const type of TYPES) {
    const key = await generatePrivateKey(type)
    writeFileSync(join(keys, `${type}.pem`), exportPrivateKey(key), { mode: 0o600 })
    records[`${type}._domainkey.example.com`] = formatKeyRecord({ keyType: type, publicKey: key.publicKey.p })
  }
  writeFileSync(join(keys, 'dns.json'), JSON.stringify(records))
})

afterAll(() => rmSync(keys, { recursive: true, force: true }))

async function signed(message: string, type: string, canonicalization: string): Promise<Buffer> {
  const argv = ['sign', '--key', join(keys, `${type}.pem`), '--selector', type, '--domain', 'example.com']
  const { code, stdoutBytes, stderr } = await dkim([...argv, '--canonicalization', canonicalization], {
    input: message,
  })
  if (code !== 0) throw new Error(`dkim sign ended with ${code}: ${stderr}`)
  return stdoutBytes
}

async function explained(message: Buffer): Promise<Signature> {
  const argv = ['verify', '--explain', '--explain-budget', '10s', '--format', 'json']
  const { stdout } = await dkim([...argv, '--dns-file', join(keys, 'dns.json')], { input: message })
  return JSON.parse(stdout).signatures[0]
}

const proven = ({ explanations }: Signature): string[] =>
  explanations.filter(({ certainty }) => certainty === 'proven').map(({ code }) => code)

describe.skipIf(!hasPrograms('/usr/bin/mlmmj-process', '/usr/bin/mlmmj-send'))('mlmmj', () => {
  let folder: MailFolder
  let list: string
  const sink = new SmtpSink()

  beforeAll(async () => {
    folder = new MailFolder()
    list = makeMlmmjList(folder, await sink.start(), { prefix: '[list]', footer: '_____\nThe list: lists.test' })
  })

  afterAll(async () => {
    await sink.stop()
    folder.remove()
  })

  it.for(CASES)('tag and footer | %s-sha256 | %s', async ([type, canonicalization]) => {
    const message = await signed(PLAIN, type, canonicalization)
    expect((await explained(message)).result).toBe('pass')
    await postToMlmmj(list, message)
    const received = await sink.next(15_000)
    expect(received.toString('latin1')).toContain('Subject: [list] The minutes')
    expect(received.toString('latin1')).toContain('The list: lists.test')
    const signature = await explained(received)
    expect(signature).toMatchObject({ result: 'fail', diagnosis: 'header-and-body-changed' })
    expect(proven(signature)).toEqual(['body-appended', 'subject-tag'])
  })
})

// Postfix is started by root only, and then runs as its own user.
const canRunPostfix = process.getuid?.() === 0 && hasPrograms('postfix', 'altermime')

describe.skipIf(!canRunPostfix)('Postfix', () => {
  let folder: MailFolder
  let postfix: Postfix
  let port: number
  const sink = new SmtpSink()

  beforeAll(async () => {
    folder = new MailFolder()
    postfix = new Postfix(folder)
    port = await postfix.start(await sink.start(), { disclaimer: 'This message is confidential.\nExample Ltd.\n' })
  })

  afterAll(async () => {
    await postfix.stop()
    await sink.stop()
    folder.remove()
  })

  const disclaimed = async (message: Buffer): Promise<Signature> => {
    await submit(port, message)
    const received = await sink.next(20_000)
    expect(received.toString('latin1')).toContain('This message is confidential.')
    return explained(received)
  }

  it.for(CASES)('text disclaimed | %s-sha256 | %s', async ([type, canonicalization]) => {
    const signature = await disclaimed(await signed(PLAIN, type, canonicalization))
    expect(signature).toMatchObject({ result: 'fail', diagnosis: 'body-changed' })
    expect(proven(signature)).toEqual(['body-appended'])
  })

  it.for(CASES)('HTML disclaimed | %s-sha256 | %s', async ([type, canonicalization]) => {
    const signature = await disclaimed(await signed(ALTERNATIVE, type, canonicalization))
    expect(signature).toMatchObject({ result: 'fail', diagnosis: 'body-changed' })
    expect(proven(signature)).toEqual(['body-inserted'])
  })
})
