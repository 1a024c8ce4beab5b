// From the chunks of the program, ES modules as esbuild splits them, to the CommonJS files that are shipped. Chunks that one command
// line always needs stand together in one file: to open a file takes as long as to parse ten kilobytes of it.
import { basename } from 'node:path'
import { transform } from 'esbuild'

/**
 * By file: the modules whose chunks stand in it, with all that they import. What the program itself needs, and what describes its commonest
 * commands, stands there alone; what verify and sign share stands in both, so that neither opens a third file.
 */
const TOGETHER = {
  dkim: [
    'commands/run',
    'commands/options',
    'commands/arguments',
    'commands/commander-tree',
    'commands/config/apply',
    'commands/config/config-file',
    'commands/verify',
    'commands/sign',
    'commands/help',
    'commands/command-page',
    'report/style',
    'report/help/text',
  ],
  verify: ['commands/verify/start', 'core/dns/zone', 'core/dns/zone-file', 'core/dns/zone-resolver'],
  sign: ['commands/sign/run'],
}
/** It is always there, and knows all chunks that were loaded: each is run once, whatever files it stands in. */
const PROGRAM = 'dkim.cjs'

/** The files of dist/cli, name and text. `metafile` and `outputFiles` are those of esbuild. */
export async function partsOf({ metafile, outputFiles }) {
  const homes = homesOf(metafile.outputs)
  const files = new Map()
  for (const { path, text } of outputFiles) {
    const name = basename(path)
    for (const file of homes.get(name) ?? [name])
      files.set(file, [...(files.get(file) ?? []), { name, code: await commonJs(text, file, homes) }])
  }
  return Promise.all(
    [...files].map(async ([file, chunks]) => [
      file,
      isJoined(file) ? await joined(file, chunks) : `"use strict";\n${chunks[0].code}`,
    ]),
  )
}

const isJoined = file => basename(file, '.cjs') in TOGETHER

/** The files of each chunk that does not have one of its own. */
function homesOf(outputs) {
  const chunkOf = new Map(Object.entries(outputs).map(([path, { entryPoint }]) => [entryPoint, path]))
  const users = new Map()
  for (const [file, modules] of Object.entries(TOGETHER)) {
    for (const module of modules) {
      const path = chunkOf.get(`src/${module}.ts`)
      if (path === undefined) throw new Error(`${module} is not loaded on demand: it has no chunk of its own`)
      for (const chunk of reachedFrom(path, outputs)) users.set(chunk, new Set(users.get(chunk)).add(file))
    }
  }
  const homeOf = files => (files.has('dkim') ? ['dkim'] : [...files])
  return new Map([...users].map(([chunk, files]) => [basename(chunk), homeOf(files).map(file => `${file}.cjs`)]))
}

/** A chunk and all that it imports at once. */
function reachedFrom(path, outputs, seen = new Set()) {
  if (seen.has(path)) return seen
  seen.add(path)
  for (const { path: imported, kind } of outputs[path].imports)
    if (kind === 'import-statement' && imported in outputs) reachedFrom(imported, outputs, seen)
  return seen
}

/** Names that chunks take from each other are constants, where esbuild would make a getter of each: no module here changes what it exports. */
async function commonJs(text, file, homes) {
  const chunk = String.raw`"(\./(?:part-[\w-]+|dkim)\.cjs)"`
  const plain = text
    .replaceAll(new RegExp(`^import \\{([^}]*)\\} from ${chunk};$`, 'gm'), (_, names, path) => {
      return `const {${names.replaceAll(' as ', ': ')}} = require("${path}");`
    })
    .replaceAll(new RegExp(`^import ${chunk};$`, 'gm'), 'require("$1");')
    .replace(/^export \{([^}]*)\};$/m, (_, names) => {
      return `module.exports = {${names.replaceAll(/(\w+) as (\w+)/g, '$2: $1')}};`
    })
  const { code } = await transform(plain, { format: 'cjs', target: 'node20', supported: { 'dynamic-import': false } })
  const take = isJoined(file) ? 'take' : `require("./${PROGRAM}").take`
  const found = name => {
    const there = homes.get(name)
    if (there === undefined) return `require("./${name}")`
    return there.includes(file) || there.includes(PROGRAM)
      ? `${take}("${name}")`
      : `${take}("${name}", "./${there[0]}")`
  }
  return withLateBuiltins(code).replaceAll(
    /(__toESM\()?require\("\.\/((?:part-[\w-]+|dkim)\.cjs)"\)(\))?/g,
    (_, before, name, behind = '') => found(name) + (before === undefined ? behind : ''),
  )
}

/** What esbuild writes at the head of a chunk: functions of its own. */
const HEAD = /^(?:var __\w+ = (?:.*;\n|.*\n(?: .*\n)*\S.*\n))+/

/**
 * Each chunk is run when it is first asked for. In parentheses, its function is compiled with the file and not a second time.
 * Without white space, since all of it is parsed; names stay.
 */
async function joined(file, chunks) {
  const heads = chunks.map(({ code }) => HEAD.exec(code)?.[0] ?? '')
  const head = heads.reduce((longest, one) => (one.length > longest.length ? one : longest))
  const missing = heads.flatMap(one => one.match(/^var __\w+/gm) ?? []).filter(name => !head.includes(`${name} `))
  if (missing.length > 0) throw new Error(`no one head has ${missing.join(', ')}`)
  const bodies = chunks.map(
    ({ name, code }) => `${JSON.stringify(name)}: (function (module) {\n${code.replace(HEAD, '')}})`,
  )
  const [before, behind] = file === PROGRAM ? ['const chunks =', TAKE] : [`${TAKEN}provide(`, ')']
  const text = `"use strict";\n${head}${before} {\n${bodies.join(',\n')}\n}${behind};\n`
  const { code } = await transform(text, { minifyWhitespace: true, minifySyntax: true, target: 'node20' })
  return code
}

/** In the program: chunks by name, its own and what other files provide. A chunk that is not there yet comes with its file. */
const TAKE = `;
const loaded = new Map();
function take(name, file) {
  let module = loaded.get(name);
  if (module === undefined) {
    if (!(name in chunks)) require(file);
    module = { exports: {} };
    loaded.set(name, module);
    chunks[name](module);
  }
  return module.exports;
}
exports.take = take;
exports.provide = more => Object.assign(chunks, more);
exports.run = process => take("${PROGRAM}").run(process)`

const TAKEN = `const { provide, take } = require("./${PROGRAM}");\n`

/** Modules of Node itself are loaded when the first of their functions is called: crypto alone takes longer than printing the version. */
function withLateBuiltins(code) {
  const names = [...code.matchAll(/^var (import_\w+) = require\("node:[\w/]+"\);$/gm)].map(([, name]) => name)
  return names.reduce(
    (changed, name) =>
      changed
        // In parentheses, because `new name().Class()` would construct the wrong thing.
        .replaceAll(new RegExp(`\\b${name}\\.`, 'g'), `(${name}()).`)
        .replace(
          new RegExp(`^var ${name} = (require\\("node:[\\w/]+"\\));$`, 'm'),
          `let ${name}_;\nconst ${name} = () => (${name}_ ??= $1);`,
        ),
    code,
  )
}
