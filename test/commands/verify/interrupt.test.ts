// A run of dkim verify that a signal cuts short: nothing of it may look like a whole one.
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { BIN } from '../../support/cli.js'

const MESSAGE = 'From: a@example.com\r\n\r\nnot signed\r\n'
const SIGNED = `DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s; h=from; bh=${'A'.repeat(43)}=; b=AAAA\r\n${MESSAGE}`
let folder = ''
let child: ChildProcess | undefined
let silent: Socket | undefined

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-interrupt-'))
  writeFileSync(join(folder, 'plain.eml'), MESSAGE)
  writeFileSync(join(folder, 'signed.eml'), SIGNED)
})

afterEach(() => {
  child?.kill('SIGKILL')
  silent?.close()
  silent = undefined
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Run {
  readonly process: ChildProcess
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; readonly stdout: string }>
}

function start(argv: readonly string[]): Run {
  const process_ = spawn(process.execPath, [BIN, 'verify', ...argv], {
    cwd: folder,
    env: { PATH: process.env['PATH'], XDG_CONFIG_HOME: '/nonexistent' },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child = process_
  const chunks: Buffer[] = []
  process_.stdout.on('data', chunk => chunks.push(chunk))
  const ended = once(process_, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as string | null,
    stdout: Buffer.concat(chunks).toString(),
  }))
  return { process: process_, ended }
}

describe('a signal', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends a batch with that signal, without the record of a whole shard',
    async signal => {
      const argv = ['--dns-file', '/dev/null', '--format', 'ndjson', '--shard', '1/1', '--files-from', '-']
      const run = start(argv)
      run.process.stdin?.write('plain.eml\n')
      for (let text = ''; !text.includes('dkim.verification/1'); ) text += await once(run.process.stdout!, 'data')
      run.process.kill(signal)
      await delay(150)
      // The next name is not looked at any more.
      run.process.stdin?.end('plain.eml\n')
      const { code, signal: by, stdout } = await run.ended
      expect([code, by]).toEqual([null, signal])
      // The line that a shard begins with, and one report.
      expect(stdout.trim().split('\n')).toHaveLength(2)
      expect(stdout).not.toContain('dkim.shard/1')
    },
  )

  it('writes no document of part of the messages', async () => {
    const run = start(['--dns-file', '/dev/null', '--format', 'json', '--files-from', '-'])
    run.process.stdin?.write('plain.eml\n')
    await delay(700)
    run.process.kill('SIGTERM')
    await delay(150)
    run.process.stdin?.end('plain.eml\n')
    const { signal, stdout } = await run.ended
    expect([signal, stdout]).toEqual(['SIGTERM', ''])
  })

  it('leaves a message that waited for DNS to the next run', async () => {
    const server = createSocket('udp4').bind(0, '127.0.0.1')
    silent = server
    await once(server, 'listening')
    const nameserver = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const run = start([
      '--nameserver',
      nameserver,
      '--format',
      'ndjson',
      '--resume',
      'journal',
      'plain.eml',
      'signed.eml',
    ])
    await once(server, 'message')
    run.process.kill('SIGTERM')
    const { signal, stdout } = await run.ended
    expect(signal).toBe('SIGTERM')
    expect(
      stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line).input),
    ).toEqual(['plain.eml'])
    expect(readFileSync(join(folder, 'journal'), 'utf8')).toContain('"done":["plain.eml"]')
  })
})
