// A message that comes octet by octet on standard input has the report that it has as a whole.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { BIN, dkim } from '../support/cli.js'

it.each(['03-rsa-relaxed', '06-folded-everywhere', '09-body-changed', '38-line-without-colon'])('%s', async name => {
  const message = readFileSync(join(import.meta.dirname, name, 'message.eml'))
  const zone = join(import.meta.dirname, name, 'dns.zone')
  const argv = ['verify', '--dns-file', zone, '--now', '2026-01-01', '--format', 'json', '-']
  const whole = await dkim(argv, { input: message })
  const child = spawn(process.execPath, [BIN, ...argv], { env: { PATH: process.env['PATH'] } })
  let stdout = ''
  child.stdout.on('data', chunk => {
    stdout += chunk
  })
  const closed = new Promise(resolve => child.on('close', resolve))
  for (const octet of message) await new Promise(resolve => child.stdin.write(Buffer.of(octet), resolve))
  child.stdin.end()
  expect([await closed, stdout]).toEqual([whole.code, whole.stdout])
  expect(JSON.parse(stdout).schema).toBe('dkim.verification/1')
})
