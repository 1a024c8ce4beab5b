// Builds dist/: the library as ES modules with types (tsc), the command line as CommonJS bundles (esbuild).
// A package that only some commands need is a bundle of its own, so that the others do not pay for parsing it.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { makeCodeCache } from './code-cache.mjs'
import { licenseText } from './licenses.mjs'
import { bundlePackages, LAZY_PACKAGES } from './packages.mjs'
import { partsOf } from './parts.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const require = createRequire(import.meta.url)

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

/** The file of each export of an index: `export { name, type Other } from './file.js'`, and of those that it passes on with `export *`. */
function homesIn(folder) {
  const text = readFileSync(join(root, 'src/core', folder, 'index.ts'), 'utf8')
  const passedOn = [...text.matchAll(/^export \* from '\.\/(.*\/)index\.js'$/gm)].flatMap(([, below]) =>
    homesIn(folder + below),
  )
  const named = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '\.\/(.*?)'/gm)].flatMap(([, names, file]) =>
    names.split(',').map(name => [name.trim().replace(/^type /, ''), folder + file]),
  )
  return [...passedOn, ...named]
}
const home = new Map(homesIn(''))

/** `a, type B, c as d` as import clauses, each with the file that the name is at home in. A type alone would leave an import behind. */
function clausesOf(names, core) {
  const values = names.split(',').map(name => name.trim())
  return values
    .filter(name => name !== '' && !name.startsWith('type '))
    .map(name => ({ name, file: `'${core}${home.get(name.replace(/ as .*$/, ''))}'` }))
}

/** Imports from the library's index, taken from the files themselves: who imports the index gets all of it in his part of the program. */
const withoutIndex = {
  name: 'without-index',
  setup(build) {
    const index = String.raw`'((?:\.\./)+core/)index\.js'`
    const atStart = new RegExp(`^import (type )?\\{([^}]*)\\} from ${index}$`, 'gm')
    const onDemand = new RegExp(`const \\{([^}]*)\\} = await import\\(${index}\\)`, 'g')
    const join = (clauses, written, between) => clauses.map(written).join(between)
    build.onLoad({ filter: /src[\\/](?:commands|report)[\\/].*\.ts$/ }, ({ path }) => {
      const contents = readFileSync(path, 'utf8')
        .replace(atStart, (_, type, names, core) =>
          type ? '' : join(clausesOf(names, core), ({ name, file }) => `import { ${name} } from ${file}`, '; '),
        )
        .replace(
          onDemand,
          (_, names, core) =>
            `const ${join(clausesOf(names, core), ({ name, file }) => `{ ${name} } = await import(${file})`, ', ')}`,
        )
      return { contents, loader: 'ts' }
    })
  },
}

// The program in parts that are loaded when they are needed: esbuild splits ES modules alone, so each part becomes CommonJS in a second
// step (parts.mjs). The ESM loader costs a quarter of the start-up time, a part that a command does not use nothing.
const program = await build({
  ...shared,
  format: 'esm',
  splitting: true,
  write: false,
  entryPoints: { dkim: 'src/commands/run.ts', thread: 'src/commands/verify/worker.ts' },
  chunkNames: 'part-[name]-[hash]',
  outdir: 'dist/cli',
  plugins: [lazyPackages, withoutIndex],
})
mkdirSync(join(root, 'dist', 'cli'), { recursive: true })
for (const [name, text] of await partsOf(program)) writeFileSync(join(root, 'dist', 'cli', name), text)

// What loads them, on the main thread and on the others.
await build({ ...shared, entryPoints: { load: 'src/loader/load.ts' }, outdir: 'dist/cli' })
writeFileSync(join(root, 'dist', 'cli', 'worker.cjs'), "require('./load.cjs').load('thread.cjs')\n")

const bundled = await bundlePackages(root, 'dist/cli', shared)
writeFileSync(
  join(root, 'dist', 'cli', 'LICENSES.txt'),
  licenseText(root, [...Object.keys(program.metafile.inputs), ...bundled]),
)
writeFileSync(join(root, 'dist', 'cli', 'package.json'), '{ "type": "commonjs" }\n')

makeCodeCache(join(root, 'dist', 'cli'))

// Manual pages and completions come from the program's own tree of commands.
execFileSync(process.execPath, [join(root, 'scripts', 'docs.mjs')], { stdio: 'inherit', cwd: root })
