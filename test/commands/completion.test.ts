// Completion scripts, asked in the shells themselves.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dkim } from '../support/cli.js'

let folder = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-completion-'))
  mkdirSync(join(folder, 'mail box'))
  writeFileSync(join(folder, 'message.eml'), '')
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await dkim(['completion', shell])
    expect(code).toBe(0)
    writeFileSync(join(folder, `dkim.${shell}`), stdout)
  }
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function hasShell(shell: string): boolean {
  const found = spawnSync(shell, ['-c', 'exit 0']).status === 0
  if (!found) console.warn(`SKIPPED: completion is not tested in ${shell}, which is not installed`)
  return found
}

/** What bash offers for the last of the words. */
function inBash(...words: string[]): string[] {
  const script = `source ./dkim.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _dkim; printf '%s\\n' "\${COMPREPLY[@]}"`
  const output = execFileSync('bash', ['--norc', '-c', script, 'bash', 'dkim', ...words], { cwd: folder })
  return output.toString().trimEnd().split('\n').filter(Boolean)
}

function inFish(line: string): string[] {
  const output = execFileSync('fish', ['-N', '-c', `source ./dkim.fish; complete -C '${line}'`], { cwd: folder })
  return output
    .toString()
    .trimEnd()
    .split('\n')
    .map(row => row.split('\t')[0] ?? '')
}

describe('bash', () => {
  it('completes commands, options, values and files', () => {
    expect(inBash('ver')).toEqual(['verify'])
    expect(inBash('verify', '--for')).toEqual(['--format'])
    expect(inBash('verify', '--format', 'j')).toEqual(['json', 'junit'])
    expect(inBash('sign', '--key', 'mes')).toEqual(['message.eml'])
    expect(inBash('verify', 'mail')).toEqual(['mail box'])
    expect(inBash('verify', '--min-key-bits', '')).toEqual([])
    expect(inBash('completion', 'z')).toEqual(['zsh'])
  })
})

describe.runIf(hasShell('fish'))('fish', () => {
  it('completes commands, options, values and files', () => {
    expect(inFish('dkim ver')).toEqual(['verify'])
    expect(inFish('dkim verify --for')).toEqual(['--format'])
    expect(inFish('dkim verify --format j')).toEqual(['json', 'junit'])
    expect(inFish('dkim sign --key mes')).toEqual(['message.eml'])
    expect(inFish('dkim completion z')).toEqual(['zsh'])
  })
})

describe.runIf(hasShell('zsh'))('zsh', () => {
  it('is a script that loads, and completes on a terminal of its own', () => {
    const script = `
      zmodload zsh/zpty
      zpty shell zsh -f -i
      zpty -w shell "PS1='%%'; unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; source ./dkim.zsh; zstyle ':completion:*' list-grouped no; LISTMAX=0"
      sleep 1
      zpty -w -n shell $'dkim verify --format js\\t'
      sleep 1
      zpty -w -n shell $'\\C-udkim sign --key mes\\t'
      sleep 1
      zpty -w -n shell $'\\C-udkim ver\\t'
      sleep 1
      zpty -r -t shell text
      while zpty -r -t shell more; do text+=$more; done
      print -r -- "$text"`
    const text = execFileSync('zsh', ['-f', '-c', script], { cwd: folder, timeout: 20_000 }).toString()
    expect(text).toContain('--format json')
    expect(text).toContain('--key message.eml')
    expect(text).toMatch(/dkim ver.*ify /s)
  })
})
