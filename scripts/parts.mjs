// From the chunks of the program, ES modules as esbuild splits them, to the CommonJS files that are shipped. Chunks that one command
// line always needs stand together in one file: to open a file takes as long as to parse ten kilobytes of it.
import { basename } from 'node:path'
import { transform } from 'esbuild'

/**
 * By file: the modules whose chunks stand in it, with all that they import. A chunk that several of them need is at home in the first two,
 * which hold the program itself and what describes its commonest commands, or else in `engine`.
 */
const TOGETHER = {
  dkim: [
    'commands/run',
    'commands/options',
    'commands/arguments',
    'commands/config/apply',
    'commands/config/config-file',
  ],
  commands: ['commands/verify', 'commands/sign', 'commands/help'],
  verify: ['commands/verify/start', 'core/dns/zone', 'core/dns/zone-file', 'core/dns/zone-resolver'],
  sign: ['commands/sign/run'],
}

/** The files of dist/cli, name and text. `metafile` and `outputFiles` are those of esbuild. */
export async function partsOf({ metafile, outputFiles }) {
  const home = homesOf(metafile.outputs)
  const files = new Map()
  for (const { path, text } of outputFiles) {
    const name = basename(path)
    const file = home.get(name) ?? name
    files.set(file, [...(files.get(file) ?? []), { name, code: await commonJs(text, file, home) }])
  }
  const isJoined = ([{ name }]) => home.has(name)
  return Promise.all(
    [...files].map(async ([file, chunks]) => [file, isJoined(chunks) ? await joined(chunks) : chunks[0].code]),
  )
}

/** The file of each chunk that does not have one of its own. */
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
  const first = files => ['dkim', 'commands'].find(file => files.has(file))
  const homeOf = files => first(files) ?? (files.size > 1 ? 'engine' : [...files][0])
  return new Map([...users].map(([chunk, files]) => [basename(chunk), `${homeOf(files)}.cjs`]))
}

/** A chunk and all that it imports at once. */
function reachedFrom(path, outputs, seen = new Set()) {
  if (seen.has(path)) return seen
  seen.add(path)
  for (const { path: imported, kind } of outputs[path].imports)
    if (kind === 'import-statement' && imported in outputs) reachedFrom(imported, outputs, seen)
  return seen
}

async function commonJs(text, file, home) {
  const { code } = await transform(text, { format: 'cjs', target: 'node20', supported: { 'dynamic-import': false } })
  const found = name => {
    const there = home.get(name)
    if (there === undefined) return `require("./${name}")`
    return there === file ? `take("${name}")` : `require("./${there}").take("${name}")`
  }
  return withLateBuiltins(code)
    .replaceAll(/(?:__toESM\()?require\("\.\/((?:part-[\w-]+|dkim)\.cjs)"\)\)?/g, (_, name) => found(name))
    .replace(/^module\.exports = __toCommonJS\((\w+)\);$/m, 'module.exports = $1;')
}

/** What esbuild writes at the head of each chunk. */
const HEAD = /^(?:var __[\s\S]*?^)(?=var stdin_exports)/m

/**
 * Each chunk is run when it is first asked for. In parentheses, its function is compiled with the file and not a second time.
 * Without white space, since all of it is parsed; names stay.
 */
async function joined(chunks) {
  const heads = chunks.map(({ code }) => HEAD.exec(code)?.[0] ?? '')
  const head = heads.reduce((longest, one) => (one.length > longest.length ? one : longest))
  const missing = heads.flatMap(one => one.match(/^var __\w+/gm) ?? []).filter(name => !head.includes(`${name} `))
  if (missing.length > 0) throw new Error(`no one head has ${missing.join(', ')}`)
  const bodies = chunks.map(
    ({ name, code }) => `${JSON.stringify(name)}: (function (module) {\n${code.replace(HEAD, '')}})`,
  )
  const text = `"use strict";
${head}const chunks = {
${bodies.join(',\n')}
};
const loaded = new Map();
function take(name) {
  let module = loaded.get(name);
  if (module === undefined) {
    module = { exports: {} };
    loaded.set(name, module);
    chunks[name](module);
  }
  return module.exports;
}
exports.take = take;
${chunks.some(({ name }) => name === 'dkim.cjs') ? 'exports.run = process => take("dkim.cjs").run(process);\n' : ''}`
  const { code } = await transform(text, { minifyWhitespace: true, minifySyntax: true, target: 'node20' })
  return code
}

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
