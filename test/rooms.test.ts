// The rooms of the project: what each may import. bin -> commands -> report -> core.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const SRC = join(ROOT, 'src')

interface SourceFile {
  /** From src/, with slashes. */
  readonly path: string
  readonly room: string
  /** Comments blanked out. */
  readonly code: string
  /** Modules by name, and files of ours by their path from src/. */
  readonly imports: readonly string[]
}

const IMPORT = /^(?:import|export)\b[^'"]*(['"])(.+?)\1|\b(?:import|require)\s*\(\s*(['"])(.+?)\3/gm

function readSource(path: string): SourceFile {
  const text = readFileSync(join(SRC, path), 'utf8')
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/[^\n]*/g, '$1')
  const imports = Array.from(code.matchAll(IMPORT), match => match[2] ?? match[4]!).map(name =>
    name.startsWith('.') ? join(dirname(path), name).split(sep).join('/').replace(/\.js$/, '.ts') : name!,
  )
  return { path, room: path.split('/')[0]!, code, imports }
}

const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts'))
  .map(path => readSource(path.split(sep).join('/')))

function breaches(room: string, isBreach: (file: SourceFile) => readonly string[]): string[] {
  return FILES.filter(file => file.room === room).flatMap(file => isBreach(file).map(what => `${file.path}: ${what}`))
}

const importing =
  (...forbidden: RegExp[]) =>
  (file: SourceFile): string[] =>
    file.imports.filter(name => forbidden.some(pattern => pattern.test(name)))

const matching =
  (...forbidden: RegExp[]) =>
  (file: SourceFile): string[] =>
    forbidden.filter(pattern => pattern.test(file.code)).map(String)

it('the test sees the imports', () => {
  const reaching = FILES.filter(({ room, imports }) => room === 'commands' && imports.includes('core/index.ts'))
  expect(reaching.length).toBeGreaterThan(10)
  expect(FILES.find(({ path }) => path === 'core/from-field.ts')?.imports).toContain('tldts')
  expect(new Set(FILES.map(({ room }) => room))).toEqual(new Set(['core', 'report', 'commands', 'loader']))
})

describe('core', () => {
  it('imports core alone, and nothing of the outside', () => {
    const outside = [
      /^(?:report|commands)\//,
      /^(?:node:)?(?:fs|child_process|process|readline|tty|worker_threads)(?:\/|$)/,
    ]
    const eyes = [/^(?:commander|chalk|ora|mailparser)$/]
    expect(breaches('core', importing(...outside, ...eyes))).toEqual([])
  })

  it('O-08 knows no process, no console, no clock', () => {
    expect(breaches('core', matching(/\bprocess\.(?!nextTick\b)/, /\bconsole\./))).toEqual([])
  })

  it('loads heavy packages on demand', () => {
    const heavy = /^import (?!type)[^(]*from '(?:tldts|dns2|mailparser)'/m
    expect(breaches('core', matching(heavy))).toEqual([])
  })

  it('decodes base64 in one place', () => {
    const loose = matching(/Buffer\.from\([^)]*,\s*'base64(?:url)?'/, /\batob\(/)
    // The second one diagnoses what is no base64, the third one holds a constant.
    const decoders = new Set(['core/abnf.ts', 'core/lookup/lint-key.ts', 'core/web-assembly.ts'])
    expect(breaches('core', file => (decoders.has(file.path) ? [] : loose(file)))).toEqual([])
  })

  it('takes nothing but SP and HTAB for white space', () => {
    // Text that a person or an HTTP server wrote, not a message: key files, records to mend, the type of an answer.
    const others = /^core\/(?:key-(?:formats|text)|dns\/transport-https|lookup\/.*|rotation\/.*)\.ts$/
    const blank = matching(/\.trim(?:Start|End)?\(\)/, /\\s(?!\\S)/)
    expect(breaches('core', file => (others.test(file.path) ? [] : blank(file)))).toEqual([])
  })
})

describe('report', () => {
  it('imports core by its index, and does no input or output', () => {
    const io = [
      /^commands\//,
      /^core\/(?!index\.ts$)/,
      /^(?:node:)?(?:fs|net|dgram|dns|http|https|child_process|process)(?:\/|$)/,
    ]
    expect(breaches('report', importing(...io))).toEqual([])
    expect(breaches('report', matching(/\bprocess\./, /\bconsole\./))).toEqual([])
  })
})

describe('commands', () => {
  it('reach core by its index, and keep away from cryptography', () => {
    // main.ts loads nothing but the class of errors before it knows which command is meant.
    const core = importing(/^core\/(?!index\.ts$)/)
    expect(breaches('commands', file => (file.path === 'commands/main.ts' ? [] : core(file)))).toEqual([])
    expect(breaches('commands', importing(/^(?:node:)?crypto$/))).toEqual([])
    expect(breaches('commands', matching(/\bconsole\./))).toEqual([])
  })

  it('O-08 know the process in run.ts alone', () => {
    const process = matching(/(?<![.\w])process\.(?:stdout|stderr|stdin|env|argv|exit)/)
    expect(breaches('commands', file => (file.path === 'commands/run.ts' ? [] : process(file)))).toEqual([])
  })
})

it('the loader knows the parts by name alone', () => {
  expect(breaches('loader', importing(/^(?:core|report|commands)\//))).toEqual([])
})

it('the entry hands over to the program and does nothing else', () => {
  const entry = readFileSync(join(ROOT, 'bin', 'dkim.js'), 'utf8')
  expect(entry.split('\n').filter(line => line.trim() !== '' && !line.trim().startsWith('//')).length).toBeLessThan(15)
})

it('every file says in its first line what it is', () => {
  const silent = FILES.filter(({ path }) => !readFileSync(join(SRC, path), 'utf8').startsWith('// '))
  expect(silent.map(({ path }) => path)).toEqual([])
})

it('no import goes round in a circle', () => {
  const byPath = new Map(FILES.map(file => [file.path, file]))
  const circles: string[] = []
  const done = new Set<string>()
  const walk = (path: string, above: readonly string[]): void => {
    if (above.includes(path)) circles.push([...above.slice(above.indexOf(path)), path].join(' -> '))
    if (done.has(path) || above.includes(path)) return
    const file = byPath.get(path)
    const values = (file?.imports ?? []).filter(name => byPath.has(name) && !isTypeOnly(file!, name))
    for (const name of values) walk(name, [...above, path])
    done.add(path)
  }
  for (const { path } of FILES) walk(path, [])
  expect(circles).toEqual([])
})

/** `import type { … } from './x.js'` is gone in the program, and so is an import whose every name is a type; so are imports on demand at start. */
function isTypeOnly(file: SourceFile, imported: string): boolean {
  const specifier = relative(dirname(file.path), imported).split(sep).join('/').replace(/\.ts$/, '.js')
  const written = (specifier.startsWith('.') ? specifier : `./${specifier}`).replaceAll('.', '\\.')
  return !new RegExp(`^(?:import|export) (?!type )[^']*from '${written}'`, 'm').test(file.code)
}
