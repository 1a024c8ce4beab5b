// Runs the built program on a terminal of its own, the way a person sees it: script(1) of util-linux makes the terminal.
import { spawn, spawnSync } from 'node:child_process'
import { BIN } from './cli.js'

/** False where script(1) is missing or is another one (BSD). */
export const HAS_TERMINAL =
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false

export interface TerminalOptions {
  /** What the person types, once the question is on the screen. */
  readonly answer?: { readonly to: string; readonly typed: string }
  readonly cwd?: string
  readonly env?: Record<string, string>
  /** 0 is what a terminal has that nobody looks at. */
  readonly columns?: number
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`

/** All that appears on the terminal, stdout and stderr together, and the exit code. `redirect` is added to the shell command. */
export function onTerminal(
  argv: readonly string[],
  { answer, cwd, env = {}, columns = 100 }: TerminalOptions = {},
  redirect = '',
): Promise<{ code: number | null; screen: string }> {
  const command = [process.execPath, BIN, ...argv].map(quoted).join(' ')
  const line = `stty cols ${columns}; ${command} ${redirect}`
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
      cwd,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        TZ: 'UTC',
        TERM: 'xterm-256color',
        SHELL: '/bin/sh',
        ...env,
      },
    })
    const screen: Buffer[] = []
    let asked = false
    child.stdout.on('data', chunk => {
      screen.push(chunk)
      if (asked || answer === undefined || !Buffer.concat(screen).includes(answer.to)) return
      asked = true
      child.stdin.end(answer.typed)
    })
    child.stderr.on('data', chunk => screen.push(chunk))
    child.on('error', reject)
    child.on('close', code => resolve({ code, screen: Buffer.concat(screen).toString() }))
    child.stdin.on('error', () => undefined)
    if (answer === undefined) child.stdin.end()
  })
}
