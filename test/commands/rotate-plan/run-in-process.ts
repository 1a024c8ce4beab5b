// Runs the program inside the test: a simulated rotation asks for it on every day of two months.

import { PassThrough } from 'node:stream'
import { main } from '../../../src/commands/main.js'

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export async function rotatePlan(...argv: string[]): Promise<Outcome> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  stdin.end()
  const signal = new AbortController().signal
  const code = await main(['rotate-plan', ...argv], { stdin, stdout, stderr, env: {}, now: () => new Date(0), signal })
  const text = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString() ?? ''
  return { code, stdout: text(stdout), stderr: text(stderr) }
}
