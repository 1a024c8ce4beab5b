// A shell on a terminal of its own, into which command lines are typed: what dkim would be given is what comes out.
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { HAS_TERMINAL } from './terminal.js'

const BUILT = join(import.meta.dirname, '..', '..', 'completions')

const SHELLS = {
  bash: {
    command: 'bash --norc --noprofile -i',
    term: 'dumb',
    setup: (file: string) =>
      `PS1='> '; bind 'set enable-bracketed-paste off'; source ${file}; dkim() { printf '<A>%s</A>' "$@"; echo; echo END; }`,
  },
  zsh: {
    command: 'zsh -f -i',
    term: 'dumb',
    setup: (file: string) =>
      `PS1='> '; unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; source ${file}; dkim() { printf '<A>%s</A>' "$@"; echo; echo END; }`,
  },
  fish: {
    command: 'fish --private -N -i',
    term: 'xterm',
    setup: (file: string) => `source ${file}; function dkim; printf '<A>%s</A>' $argv; echo; echo END; end`,
  },
} as const

export type Shell = keyof typeof SHELLS

export const COMPLETION_FILES: Readonly<Record<Shell, string>> = {
  bash: join(BUILT, 'dkim.bash'),
  zsh: join(BUILT, '_dkim'),
  fish: join(BUILT, 'dkim.fish'),
}

/** False, and said aloud, where the shell or script(1) is not installed. */
export function hasShell(shell: Shell): boolean {
  const found = HAS_TERMINAL && spawnSync(shell, ['-c', 'exit 0']).status === 0
  if (!found) console.warn(`SKIPPED: completion is not tested in ${shell}, which (or script) is not installed`)
  return found
}

/** Types each line, where \t asks for completion, and returns the words that a command dkim gets for each. */
export function typed(shell: Shell, lines: readonly string[], cwd: string): Promise<string[][]> {
  const { command, term, setup } = SHELLS[shell]
  const child = spawn('script', ['--quiet', '--return', '--command', `stty cols 200; exec ${command}`, '/dev/null'], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, TERM: term, LANG: 'C.UTF-8', INPUTRC: '/dev/null' },
  })
  const answers: string[][] = []
  const waiting = [`${setup(COMPLETION_FILES[shell])}; dkim ready`, ...lines]
  let screen = ''
  const next = (): void => {
    const line = waiting.shift()
    child.stdin.write(line === undefined ? 'exit\r' : `${line}\r`)
  }
  return new Promise((resolve, reject) => {
    child.stdout.on('data', chunk => {
      screen += String(chunk)
      const end = screen.indexOf('\nEND\r\n')
      if (end === -1) return
      answers.push(Array.from(screen.slice(0, end).matchAll(/<A>((?:(?!<A>)[\s\S])*?)<\/A>/g), match => match[1]!))
      screen = ''
      next()
    })
    child.stdin.on('error', () => undefined)
    child.on('error', reject)
    child.on('close', () => {
      if (answers.length === lines.length + 1) resolve(answers.slice(1))
      else reject(new Error(`${shell} answered ${answers.length} times: ${JSON.stringify(screen)}`))
    })
    next()
  })
}
