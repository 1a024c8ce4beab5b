// Bundles the packages that some commands need, each into a file of its own: package-NAME.cjs, from the exports that scripts/packages/NAME.ts
// names. What no run of ours calls is left out, and what hardly any run calls stands in further files.
import { cpSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

export const LAZY_PACKAGES = ['commander', 'chalk', 'ora', 'mailparser', 'dns2', 'tldts', 'smol-toml']
const DEFAULT_EXPORTS = new Set(['ora'])

/** By package: modules that it imports, with what stands in their place. */
const REPLACED = {
  // Starts other programs only where a command is one.
  commander: { 'node:child_process': "exports.spawn = (...argv) => require('node:child_process').spawn(...argv)" },
  // Two header fields are given to it, and their text is taken: never a body, an attachment or its HTML.
  mailparser: {
    'html-to-text': "exports.htmlToText = () => ''",
    he: "exports.encode = () => ''",
    'linkify-it': `const none = { tlds: () => none, add: () => none, set: () => none, pretest: () => false, match: () => null }
      module.exports = () => none`,
    tlds: 'module.exports = []',
    './mimetypes': 'module.exports = { list: {}, extensions: {} }',
    'encoding-japanese': "exports.convert = (...argv) => require('./late-encoding-japanese.cjs').convert(...argv)",
  },
}

/** Bundles them all into `outdir` and returns the paths of what went in. `options` are those of every bundle. */
export async function bundlePackages(root, outdir, options) {
  const inputs = []
  for (const name of LAZY_PACKAGES) {
    // import() of a CommonJS file makes all of module.exports the default: a package with a default export must be that itself.
    const footer = DEFAULT_EXPORTS.has(name) ? { footer: { js: 'module.exports = module.exports.default' } } : {}
    const plugins = [replacing(REPLACED[name] ?? {}), ...(name === 'mailparser' ? [charsets(root)] : [])]
    const entryPoints = { [`package-${name}`]: `scripts/packages/${name}.ts` }
    inputs.push(await bundled({ ...options, ...footer, plugins, entryPoints, outdir }))
  }
  inputs.push(await bundled({ ...options, entryPoints: { 'late-encoding-japanese': 'encoding-japanese' }, outdir }))
  const iconv = createRequire(join(root, 'node_modules/mailparser/index.js')).resolve('iconv-lite/package.json')
  const tables = join(dirname(iconv), 'encodings', 'tables')
  for (const table of readdirSync(tables)) cpSync(join(tables, table), join(root, outdir, `charset-${table}`))
  return inputs.flat()
}

async function bundled(options) {
  const { metafile } = await build({ ...options, minifyWhitespace: true, minifySyntax: true })
  return Object.keys(metafile.inputs)
}

function replacing(modules) {
  return {
    name: 'replacing',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /./ }, ({ path, namespace }) => {
        if (namespace === 'replaced') return { path, external: true }
        return path in modules ? { path, namespace: 'replaced' } : undefined
      })
      onLoad({ filter: /./, namespace: 'replaced' }, ({ path }) => ({ contents: modules[path] }))
    },
  }
}

/** The tables of East Asian charsets as files of their own, and iconv-lite once: it is installed twice, in one version. */
function charsets(root) {
  return {
    name: 'charsets',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /\/tables\/[\w-]+\.json$/ }, ({ path }) => ({
        path: path.replace(/^.*\//, './charset-'),
        external: true,
      }))
      onResolve({ filter: /^iconv-lite$/ }, ({ path, kind, pluginData }) =>
        pluginData === 'once'
          ? undefined
          : resolve(path, { kind, resolveDir: join(root, 'node_modules/mailparser'), pluginData: 'once' }),
      )
    },
  }
}
