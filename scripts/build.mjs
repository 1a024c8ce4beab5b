// Builds dist/: the library as ES modules with types (tsc), the command line as CommonJS in parts that are loaded when needed (Rolldown).
// CommonJS because the ESM loader alone adds a quarter to the start-up time.
import { execFileSync } from 'node:child_process'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { rolldown } from 'rolldown'
import { writeCommonJsTypes } from './commonjs-types.mjs'
import { licenseText } from './licenses.mjs'

const root = join(import.meta.dirname, '..')
const typescript = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')

/** How the command line is bundled, here and into a single file (single-file.mjs). */
export const BUNDLE = {
  cwd: root,
  platform: 'node',
  transform: { target: 'node20' },
  onLog(level, log, report) {
    // Several commands import these at once where one loads them late: that one has nothing more to load.
    if (log.code !== 'INEFFECTIVE_DYNAMIC_IMPORT') report(level, log)
  },
}

/**
 * Parts that the usual command lines always need together stand in one file: opening a file costs as much as parsing ten kilobytes.
 * `start` is what every command line needs, `mail` what verifying and signing a message needs.
 */
const GROUPS = [
  {
    name: 'start',
    test: /src\/(?:commands\/(?:main|options|stderr|config\/(?:apply|config-file))|report\/style)\.ts$/,
    priority: 2,
  },
  { name: 'mail', test: /src\/commands\/(?:sign|verify|sign\/run|verify\/start)\.ts$/, priority: 1 },
]

/** Into a folder of its own that takes the place of dist/ once it is whole. */
export async function build() {
  const folder = join(root, `dist-${process.pid}`)
  try {
    execFileSync(process.execPath, [typescript, '-p', root, '--outDir', folder], { stdio: ['ignore', 2, 2] })
    await writeCommonJsTypes(join(folder, 'core'))
    const bundle = await rolldown({
      ...BUNDLE,
      input: { dkim: 'src/commands/run.ts', thread: 'src/commands/verify/thread.ts' },
    })
    const { output } = await bundle.write({
      dir: join(folder, 'cli'),
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: ({ facadeModuleId }) => {
        const packageName = /node_modules\/([^/]+)\//.exec(facadeModuleId ?? '')?.[1]
        return packageName === undefined ? 'part-[name]-[hash].cjs' : `package-${packageName}.cjs`
      },
      codeSplitting: { groups: GROUPS },
      minify: { mangle: false, compress: false, codegen: { removeWhitespace: true } },
    })
    const modules = output.flatMap(({ moduleIds = [] }) => moduleIds)
    writeFileSync(join(folder, 'cli', 'LICENSES.txt'), licenseText(modules))
    writeFileSync(join(folder, 'cli', 'package.json'), '{ "type": "commonjs" }\n')
    rmSync(join(root, 'dist'), { recursive: true, force: true })
    renameSync(folder, join(root, 'dist'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  // Manual pages and completions come from the program's own tree of commands.
  execFileSync(process.execPath, [join(root, 'scripts', 'docs.mjs')], { stdio: ['ignore', 2, 2], cwd: root })
}

if (process.argv[1] === import.meta.filename) await build()
