// Completion scripts, asked in the shells themselves: lines are typed on a terminal, and what dkim would be given is compared.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { textsOf } from '../../../src/commands/command.js'
import { pageOf } from '../../../src/commands/help/command-page.js'
import { buildProgram } from '../../../src/commands/main.js'
import { COMMAND_NAMES } from '../../../src/commands/registry.js'
import { dkim } from '../../support/cli.js'
import { testContext } from '../../support/context.js'
import { COMPLETION_FILES, hasShell, type Shell, typed } from '../../support/shell.js'

/** Names that are no selectors, and that do harm where anybody evaluates them. */
const HOSTILE = [
  '$(touch EVALUATED)._domainkey.example.org.private.pem',
  '`touch EVALUATED`._domainkey.example.org.private.pem',
  ';touch EVALUATED;._domainkey.example.org.private.pem',
  'mai l._domainkey.example.org.private.pem',
  "mai'l._domainkey.example.org.private.pem",
  'mai\nmailx._domainkey.example.org.private.pem',
  'mai\u001b[31m._domainkey.example.org.private.pem',
  '--mail._domainkey.example.org.private.pem',
  'mailé.private.pem',
]
const FILES = [
  'message.eml',
  'space name.pem',
  "quo'te.pem",
  'dollar$(touch EVALUATED).pem',
  'tick`touch EVALUATED`.pem',
  'new\nline.pem',
  'pair.eml',
  'pair.pem',
  'mail._domainkey.example.com.private.pem',
  'seeded._domainkey.example.com.private.seed',
  ...HOSTILE,
]

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-completion-'))
  for (const name of ['box for mail', 'keys', 'configured keys', '.config/dkim']) {
    mkdirSync(join(folder, name), { recursive: true })
  }
  for (const name of FILES) writeFileSync(join(folder, name), '')
  writeFileSync(join(folder, 'keys', 'other._domainkey.example.net.private.der'), '')
  writeFileSync(join(folder, 'configured keys', 'remembered.private.pem'), '')
  writeFileSync(join(folder, '.config', 'dkim', 'config.toml'), 'ttl = 60\nout-dir = "../../configured keys"\n')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What is typed behind dkim, and the words that come of it. */
const LINES: readonly (readonly [typed: string, ...words: string[]])[] = [
  ['ver\t', 'verify'],
  ['verify --require-al\t', 'verify', '--require-aligned'],
  ['verify --format gith\t', 'verify', '--format', 'github'],
  ['verify --format=gith\t', 'verify', '--format=github'],
  ['verify mess\t', 'verify', 'message.eml'],
  ['completion z\t', 'completion', 'zsh'],
  // Words of one kind: dialects, providers, mail servers, phases, codes of reasons, warnings and findings
  ['keygen --dialect rou\t', 'keygen', '--dialect', 'route53'],
  ['keygen --services em\t', 'keygen', '--services', 'email'],
  ['format-record --provider fastm\t', 'format-record', '--provider', 'fastmail'],
  ['format-record --signer open\tdkim', 'format-record', '--signer', 'opendkim'],
  ['rotate-plan --assert pub\t', 'rotate-plan', '--assert', 'publish'],
  ['help body-hash\t', 'help', 'body-hash-did-not-verify'],
  ['help dangl\t', 'help', 'dangling-cname'],
  ['help weak-k\t', 'help', 'weak-key'],
  // Files and directories
  ['keygen --out-dir box\t', 'keygen', '--out-dir', 'box for mail'],
  ['rotate-plan --sample message.eml mess\t', 'rotate-plan', '--sample', 'message.eml', 'message.eml'],
  ['sign --key pair\t', 'sign', '--key', 'pair.pem'],
  ['sign --key mess\t', 'sign', '--key', 'message.eml'],
  ['sign --key ~/keys/oth\t', 'sign', '--key', 'HOME/keys/other._domainkey.example.net.private.der'],
  ['sign --key space\t', 'sign', '--key', 'space name.pem'],
  ['sign --key "space\t', 'sign', '--key', 'space name.pem'],
  ['sign --key space\\ na\t', 'sign', '--key', 'space name.pem'],
  ['sign --key quo\t', 'sign', '--key', "quo'te.pem"],
  ['sign --key dollar\t', 'sign', '--key', 'dollar$(touch EVALUATED).pem'],
  ['sign --key tick\t', 'sign', '--key', 'tick`touch EVALUATED`.pem'],
  ['sign --key new\t', 'sign', '--key', 'new\nline.pem'],
  // What the keys of the key directories are called
  ['sign --selector mai\t', 'sign', '--selector', 'mail'],
  ['sign --selector=seed\t', 'sign', '--selector=seeded'],
  ['sign --selector remem\t', 'sign', '--selector', 'remembered'],
  ['sign --domain example.c\t', 'sign', '--domain', 'example.com'],
  ['lookup mail.\t', 'lookup', 'mail._domainkey.example.com'],
  ['rotate-plan --key-dir keys --selector oth\t', 'rotate-plan', '--key-dir', 'keys', '--selector', 'other'],
  ['rotate-plan --key-dir=keys --domain example.n\t', 'rotate-plan', '--key-dir=keys', '--domain', 'example.net'],
  ['rotate-plan --key-dir ~/keys --selector oth\t', 'rotate-plan', '--key-dir', 'HOME/keys', '--selector', 'other'],
  [
    'sign --key keys/o\t --domain example.n\t',
    'sign',
    '--key',
    'keys/other._domainkey.example.net.private.der',
    '--domain',
    'example.net',
  ],
]

/** What a function of fish offers ends at the end of its line. */
const NOT_IN_FISH = new Set(['sign --key new\t'])

for (const shell of Object.keys(COMPLETION_FILES) as Shell[]) {
  describe.runIf(hasShell(shell))(shell, () => {
    it('completes commands, options, values, files and the names of keys', { timeout: 60_000 }, async () => {
      const lines = LINES.filter(([line]) => shell !== 'fish' || !NOT_IN_FISH.has(line))
      const answers = await typed(
        shell,
        lines.map(([line]) => `dkim ${line}`),
        folder,
      )
      const seen = answers.map((words, index) => [
        lines[index]![0],
        ...words.map(word => word.replace(folder, 'HOME').replaceAll('\r\n', '\n').replace(/\/$/, '')),
      ])
      expect(seen).toEqual(lines)
      expect(readdirSync(folder)).not.toContain('EVALUATED')
    })
  })
}

/** All that bash offers for the last of the words. */
function inBash(...words: string[]): string[] {
  const script = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _dkim; printf '%s\\n' "\${COMPREPLY[@]}"`
  const output = execFileSync('bash', ['--norc', '-c', script, COMPLETION_FILES.bash, 'dkim', ...words], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder },
  })
  return output.toString().trimEnd().split('\n').filter(Boolean)
}

function inFish(line: string): string[] {
  const script = `source ${COMPLETION_FILES.fish}; complete -C '${line}'`
  const output = execFileSync('fish', ['-N', '-c', script], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder },
  })
  return output
    .toString()
    .trimEnd()
    .split('\n')
    .map(row => row.split('\t')[0] ?? '')
}

describe('what is offered', () => {
  const selectors = ['mail', 'remembered', 'seeded']

  it('is in bash what fits, and no name that is none for DNS', () => {
    expect(inBash('verify', '--format', 'j')).toEqual(['json', 'junit'])
    expect(inBash('verify', '--min-key-bits', '')).toEqual([])
    expect(inBash('sign', '--selector', '').sort()).toEqual(selectors)
    expect(inBash('sign', '--domain', '')).toEqual(['example.com'])
    expect(inBash('keygen', '--selector', '')).toEqual([])
  })

  it.runIf(hasShell('fish'))('is the same in fish', () => {
    expect(inFish('dkim verify --format j')).toEqual(['json', 'junit'])
    expect(inFish('dkim sign --selector ').sort()).toEqual(selectors)
    expect(inFish('dkim help verify --for')).not.toContain('--format')
    const offered = inFish('dkim sign --key ')
    expect(offered).toEqual(expect.arrayContaining(['pair.pem', 'keys/']))
    expect(offered).not.toContain('pair.eml')
    expect(inFish('dkim sign --key=pair')).toEqual(['--key=pair.pem'])
  })
})

describe('the scripts', () => {
  it.each(Object.keys(COMPLETION_FILES) as Shell[])(
    'that the build keeps for %s is what the command prints',
    async shell => {
      const { code, stdout } = await dkim(['completion', shell])
      expect(code).toBe(0)
      expect(stdout).toBe(readFileSync(COMPLETION_FILES[shell], 'utf8'))
    },
  )

  it('hold words that need no quotes, and every suggestion is for an option or argument that there is', async () => {
    const program = await buildProgram(COMMAND_NAMES, testContext())
    for (const command of program.commands) {
      const { options, arguments: rest } = pageOf(command)
      const names = [...options.map(({ long }) => long), ...rest.map(({ name }) => name)]
      expect(names).toEqual(expect.arrayContaining(Object.keys(textsOf(command).values ?? {})))
      const words = [...options, ...rest].flatMap(({ values }) => (typeof values === 'object' ? values.words : []))
      expect(words.filter(word => !/^(?:[\w./-]+|\*)$/.test(word))).toEqual([])
    }
  })
})
