// The rooms of the project, and what each may import: bin -> commands -> report -> core, and an order of the folders inside core.
// Every import counts: values, types, `import()` on demand and `import('…').X` in a type.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const SRC = join(ROOT, 'src')

/** From the ground up: a room imports itself and rooms of lower floors. Rooms of one floor do not import each other. */
const FLOORS: readonly (readonly string[])[] = [
  // core/errors.ts and core/limits.ts
  ['core'],
  ['core/syntax'],
  ['core/keys', 'core/dns'],
  ['core/dkim'],
  ['core/mail'],
  ['core/dmarc', 'core/arc'],
  ['core/lookup', 'core/explain', 'core/rotation'],
  ['report'],
  ['commands'],
]

/** Entries of the package: for users of the library, never for us. */
const ENTRIES = /^core\/(?:\w+\/)?index\.ts$/

interface SourceFile {
  /** From src/, with slashes. */
  readonly path: string
  /** Comments removed. */
  readonly code: string
  /** Modules by name, and files of ours by their path from src/. */
  readonly imports: readonly string[]
}

const IMPORT =
  /(?:^|[\n;])\s*(?:import|export)\b[^'"\n;]*?(?:\{[^}]*\}[^'"\n;]*?)?\bfrom\s*(['"])(.+?)\1|(?:^|[\n;])\s*import\s*(['"])(.+?)\3|\b(?:import|require|require\.resolve)\s*\(\s*(['"`])(.+?)\5|\bnew URL\(\s*(['"])(\..+?)\7/g

function sourceFile(path: string, text: string): SourceFile {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/[^\n]*/g, '$1')
  const imports = Array.from(code.matchAll(IMPORT), match => match[2] ?? match[4] ?? match[6] ?? match[8]!).map(name =>
    name.startsWith('.') ? join(dirname(path), name).split(sep).join('/').replace(/\.js$/, '.ts') : name,
  )
  return { path, code, imports }
}

const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts'))
  .map(path => sourceFile(path.split(sep).join('/'), readFileSync(join(SRC, path), 'utf8')))

function roomOf(path: string): string {
  const [first = '', second = ''] = path.split('/')
  return first === 'core' && path.split('/').length > 2 ? `core/${second}` : first
}

const floorOf = (path: string): number => FLOORS.findIndex(rooms => rooms.includes(roomOf(path)))

type Rule = (files: readonly SourceFile[]) => string[]

const importing =
  (isBreach: (file: SourceFile, imported: string) => boolean): Rule =>
  files =>
    files.flatMap(file => file.imports.filter(name => isBreach(file, name)).map(name => `${file.path} imports ${name}`))

const isOurs = (name: string): boolean => name.endsWith('.ts')

const order = importing(
  ({ path }, name) =>
    isOurs(name) && !ENTRIES.test(path) && roomOf(path) !== roomOf(name) && !(floorOf(name) < floorOf(path)),
)

const entries = importing(({ path }, name) => ENTRIES.test(name) && !ENTRIES.test(path))

/**
 * The one circle that stays: the type of a command's options is inferred from its definition, which loads what runs it on demand.
 * Only `import type` of `commands/NAME/NAME.ts`, only from the folder of that command.
 */
function isOwnOptions({ path, code }: SourceFile, imported: string): boolean {
  const [, folder, name] = /^commands\/(([\w-]+))\//.exec(path) ?? []
  if (folder === undefined || imported !== `commands/${folder}/${name}.ts`) return false
  return !new RegExp(`^(?:import|export) (?!type )[^']*'\\./${name}\\.js'|\\(\\s*'\\./${name}\\.js'`, 'm').test(code)
}

/** Of one file each: found by walking, so that a long circle is shown whole. */
const circles: Rule = files => {
  const byPath = new Map(files.map(file => [file.path, file]))
  const found: string[] = []
  const done = new Set<string>()
  const walk = (path: string, above: readonly string[]): void => {
    if (above.includes(path)) found.push([...above.slice(above.indexOf(path)), path].join(' -> '))
    if (done.has(path) || above.includes(path)) return
    const file = byPath.get(path)!
    for (const name of file.imports) if (byPath.has(name) && !isOwnOptions(file, name)) walk(name, [...above, path])
    done.add(path)
  }
  for (const { path } of files) walk(path, [])
  return found
}

/** What a file does that its room must not: `path: what`. */
const matching =
  (room: string, ...forbidden: readonly RegExp[]): Rule =>
  files =>
    files
      .filter(({ path }) => path.startsWith(`${room}/`))
      .flatMap(({ path, code }) =>
        forbidden.flatMap(pattern => (pattern.exec(code)?.[0] ?? []).concat()).map(what => `${path}: ${what}`),
      )

const MUTABLE = 'Map|Set|WeakMap|WeakSet|Array'
const IMMUTABLE = 'RegExp|TextDecoder|TextEncoder|Intl\\.\\w+|Date|Error|DkimError|Rejection|URL'

/** Module state: `let`, a collection that is written to, an object with a state of its own, memory that is written to. */
const moduleState: Rule = files =>
  files.flatMap(({ path, code }) => {
    const names = Array.from(code.matchAll(/^(?:export )?(?:let|var) (\w+)/gm), ([, name]) => name!)
    for (const [, name, made] of code.matchAll(/^(?:export )?const (\w+)(?:: [^=]+)? = (.*)$/gm)) {
      const writes = new RegExp(
        `\\b${name}(?:\\.(?:set|add|delete|clear|push|pop|shift|unshift|splice|sort|fill)\\(|\\[[^\\]]*\\] (?:[-+|]|\\?\\?|\\|\\|)?= )`,
      )
      const isObject = /^new /.test(made!) && !new RegExp(`^new (?:${MUTABLE}|\\w+Array|${IMMUTABLE})\\b`).test(made!)
      const isMemory = /^Buffer\.alloc(?!\(0\))/.test(made!)
      if (isObject || isMemory || writes.test(code)) names.push(name!)
    }
    return names.map(name => `${path}: ${name}`)
  })

const CLOCK = /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bset(?:Timeout|Interval|Immediate)\(/g

const clocks: Rule = files =>
  files
    .filter(({ path }) => path.startsWith('core/'))
    .flatMap(({ path, code }) => [...new Set(code.match(CLOCK))].map(what => `${path}: ${what}`))
    .sort()

describe('the order of the rooms', () => {
  it('every file stands in a room that has a floor', () => {
    expect(FILES.filter(({ path }) => floorOf(path) === -1).map(({ path }) => path)).toEqual([])
  })

  it('a room imports itself and lower floors alone', () => expect(order(FILES)).toEqual([]))

  it('the entries of the package are for users of the library', () => expect(entries(FILES)).toEqual([]))

  it('no import goes round in a circle', () => expect(circles(FILES)).toEqual([]))

  const planted = [
    "import { lint } from '../lookup/lint.js'",
    "import type { RecordLint } from '../lookup/lint.js'",
    "import {\n  type RecordLint,\n  lint,\n} from '../lookup/lint.js'",
    "export { lint } from '../lookup/lint.js'",
    "export * from '../lookup/lint.js'",
    "import * as lint from '../lookup/lint.js'",
    "import '../lookup/lint.js'",
    "const { lint } = await import('../lookup/lint.js')",
    "let lint: import('../lookup/lint.js').RecordLint",
    "type Lint = typeof import('../lookup/lint.js')",
    "const lint = require('../lookup/lint.js')",
  ]

  it.each(planted)('a breach is found: %s', statement => {
    const breach = sourceFile('core/keys/planted.ts', `// Planted.\nimport { a } from 'node:fs'\n${statement}\n`)
    expect(order([...FILES, breach])).toEqual(['core/keys/planted.ts imports core/lookup/lint.ts'])
  })

  it.each(planted)('a circle is found: %s', statement => {
    const one = sourceFile('core/keys/planted.ts', `// Planted.\n${statement}\n`)
    const other = sourceFile('core/lookup/lint.ts', "import type { X } from '../keys/planted.js'")
    expect(circles([one, other])).toEqual(['core/keys/planted.ts -> core/lookup/lint.ts -> core/keys/planted.ts'])
  })

  it('the options of a command are no circle, anything else of it is', () => {
    const define = sourceFile('commands/x/x.ts', "await import('./run.js')")
    const run = (statement: string) => circles([define, sourceFile('commands/x/run.ts', statement)])
    expect(run("import type { XOptions } from './x.js'")).toEqual([])
    const others = ["import { a } from './x.js'", "import { type A, b } from './x.js'", "await import('./x.js')"]
    for (const statement of others) expect(run(statement)).toHaveLength(1)
  })

  it('finds an import of an entry, of a neighbour on the same floor and of a room above', () => {
    const file = (path: string, from: string) => sourceFile(path, `import { x } from '${from}'`)
    expect(
      entries([file('report/x.ts', '../core/index.js'), file('core/dkim/x.ts', '../explain/index.js')]),
    ).toHaveLength(2)
    expect(order([file('core/lookup/x.ts', '../explain/explain.js')])).toHaveLength(1)
    expect(order([file('core/dkim/x.ts', '../../report/text/style.js')])).toHaveLength(1)
    expect(order([file('report/x.ts', '../commands/main.js')])).toHaveLength(1)
    expect(order([file('core/errors.ts', './dkim/result.js')])).toHaveLength(1)
    expect(order([file('commands/x.ts', '../core/errors.js'), file('core/index.ts', './dkim/sign.js')])).toEqual([])
  })
})

describe('core', () => {
  it('takes bytes, answers and a clock, and knows nothing of the outside', () => {
    const outside =
      /^(?:(?:node:)?(?:fs|child_process|process|readline|tty|worker_threads)(?:\/|$)|commander|chalk|ora|mailparser)/
    expect(importing(({ path }, name) => path.startsWith('core/') && outside.test(name))(FILES)).toEqual([])
  })

  it('O-08 knows no process and no console', () => {
    const rule = matching('core', /\bprocess\.(?!nextTick\b)\w+/, /\bconsole\.\w+/)
    expect(rule(FILES)).toEqual([])
    expect(rule([sourceFile('core/x.ts', 'console.log(process.env)')])).toHaveLength(2)
  })

  it('O-08 has no clock but for the time limits of DNS', () => {
    expect(clocks(FILES)).toEqual([
      // The DNS time of one message.
      'core/dkim/verify.ts: setTimeout(',
      // Time limits of questions; `clock` of the client is the cache's.
      'core/dns/asking.ts: performance.now',
      // A turn of the event loop: answers that have arrived are read before a question is repeated.
      'core/dns/asking.ts: setImmediate(',
      'core/dns/asking.ts: setTimeout(',
      'core/dns/client.ts: performance.now',
      // An idle TCP connection of the embedded server.
      'core/dns/server.ts: setTimeout(',
    ])
    const every = ['Date.now()', 'new Date()', 'performance.now()', 'setTimeout(a, 1)', 'setInterval(a, 1)']
    for (const code of every) expect(clocks([sourceFile('core/x.ts', code)])).toHaveLength(1)
  })

  it('loads heavy packages on demand', () => {
    expect(matching('core', /^import (?!type)[^(]*from '(?:tldts|dns2|mailparser)'/m)(FILES)).toEqual([])
  })

  it('decodes base64 in one place', () => {
    const found = matching('core', /Buffer\.from\([^)]*,\s*'base64(?:url)?'/, /\batob\(/)(FILES)
    expect(found.map(breach => breach.split(':')[0])).toEqual([
      // A module of WebAssembly, a constant.
      'core/dkim/web-assembly.ts',
      // Diagnoses what is not base64.
      'core/lookup/lint-key.ts',
      'core/syntax/base64.ts',
    ])
  })

  it('takes only SP and HTAB for white space', () => {
    // Text that is never hashed: key files, records to correct, the type of an HTTP answer, MIME parameters, URLs.
    const others =
      /^core\/(?:keys\/key-text|dns\/transport-https|lookup\/.*|rotation\/.*|mail\/attached-messages|explain\/explain)\.ts$/
    const found = matching('core', /\.trim(?:Start|End)?\(\)/, /\\s(?!\\S)/)(FILES)
    expect(found.filter(breach => !others.test(breach.split(':')[0]!))).toEqual([])
  })
})

it('module state is what is named here', () => {
  expect(moduleState(FILES)).toEqual([
    // One cache for each resolver, which goes when the resolver goes.
    'core/dkim/key-lookup.ts: OWN_CACHES',
    // Memory for one canonical header, hashed before the next one is written.
    'core/dkim/message-hash.ts: SCRATCH',
    // DNS questions at once, in the whole process.
    'core/dns/slots.ts: QUESTION_SLOTS',
  ])
  const planted = ['let a = 1', 'export let a', 'const a = new Map()\na.set(1, 2)', 'const a: X[] = []\na.push(1)']
  planted.push('const a = new Pool()', 'const a = Buffer.alloc(16)', 'const a: T = {}\na[key] = 1', 'var a')
  for (const code of planted) expect(moduleState([sourceFile('core/x.ts', code)])).toEqual(['core/x.ts: a'])
})

describe('report', () => {
  it('does no input and no output', () => {
    const io = /^(?:node:)?(?:fs|net|dgram|dns|http|https|child_process|process)(?:\/|$)/
    expect(importing(({ path }, name) => path.startsWith('report/') && io.test(name))(FILES)).toEqual([])
    expect(matching('report', /\bprocess\.\w+/, /\bconsole\.\w+/)(FILES)).toEqual([])
  })
})

describe('commands', () => {
  it('keep away from cryptography and the console', () => {
    const crypto = importing(({ path }, name) => path.startsWith('commands/') && /^(?:node:)?crypto$/.test(name))
    expect(crypto(FILES)).toEqual([])
    expect(matching('commands', /\bconsole\.\w+/)(FILES)).toEqual([])
  })

  it('O-08 know the process in run.ts alone', () => {
    const found = matching('commands', /(?<![.\w])process\.(?:stdout|stderr|stdin|env|argv|exit)/)(FILES)
    expect(found.filter(breach => !breach.startsWith('commands/run.ts:'))).toEqual([])
  })
})

it('the entry hands over to the program and does nothing else', () => {
  const entry = readFileSync(join(ROOT, 'bin', 'dkim.js'), 'utf8')
  expect(entry.split('\n').filter(line => line.trim() !== '' && !line.trim().startsWith('//')).length).toBeLessThan(15)
})

it('every file says in its first line what it is', () => {
  const silent = FILES.filter(({ path }) => !readFileSync(join(SRC, path), 'utf8').startsWith('// '))
  expect(silent.map(({ path }) => path)).toEqual([])
})
