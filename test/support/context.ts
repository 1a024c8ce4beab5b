// A context whose streams are kept in memory.
import { PassThrough } from 'node:stream'
import type { Context } from '../../src/commands/context.js'

export function testContext(env: Record<string, string> = {}): Context & { output: () => string } {
  const stdout = new PassThrough()
  return {
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough(),
    env,
    now: () => new Date('2026-01-01T00:00:00Z'),
    signal: new AbortController().signal,
    output: () => String(stdout.read() ?? ''),
  }
}
