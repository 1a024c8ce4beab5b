// Builds dist/: the library as ES modules with types (tsc), the command line as CommonJS bundles (esbuild).
// A package that only some commands need is a bundle of its own, so that the others do not pay for parsing it.
import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { licenseText } from './licenses.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const require = createRequire(import.meta.url)
const LAZY_PACKAGES = ['commander', 'chalk', 'ora', 'mailparser', 'dns2', 'tldts', 'smol-toml']
const DEFAULT_EXPORTS = new Set(['ora'])

rmSync(join(root, 'dist'), { recursive: true, force: true })
const typescript = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
execFileSync(process.execPath, [typescript, '-p', join(root, 'tsconfig.json')], { stdio: 'inherit', cwd: root })

const shared = {
  bundle: true,
  metafile: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  absWorkingDir: root,
  logLevel: 'warning',
  legalComments: 'none',
  outExtension: { '.js': '.cjs' },
}

const lazyPackages = {
  name: 'lazy-packages',
  setup(build) {
    const filter = new RegExp(`^(?:${LAZY_PACKAGES.join('|')})$`)
    build.onResolve({ filter }, ({ path }) => ({ path: `./package-${path}.cjs`, external: true }))
  },
}

const bundled = []
const { metafile } = await build({
  ...shared,
  entryPoints: { dkim: 'src/commands/run.ts', worker: 'src/commands/verify/worker.ts' },
  outdir: 'dist/cli',
  plugins: [lazyPackages],
})
for (const name of LAZY_PACKAGES) {
  // import() of a CommonJS file makes all of module.exports the default: a package with a default export must be that itself.
  const footer = DEFAULT_EXPORTS.has(name) ? { footer: { js: 'module.exports = module.exports.default' } } : {}
  const result = await build({
    ...shared,
    ...footer,
    entryPoints: { [`package-${name}`]: `scripts/packages/${name}.ts` },
    outdir: 'dist/cli',
  })
  bundled.push(...Object.keys(result.metafile.inputs))
}
writeFileSync(
  join(root, 'dist', 'cli', 'LICENSES.txt'),
  licenseText(root, [...Object.keys(metafile.inputs), ...bundled]),
)
writeFileSync(join(root, 'dist', 'cli', 'package.json'), '{ "type": "commonjs" }\n')

// Manual pages and completions come from the program's own tree of commands.
execFileSync(process.execPath, [join(root, 'scripts', 'docs.mjs')], { stdio: 'inherit', cwd: root })
