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

const ABSENT = join(root, 'scripts', 'absent.cjs')

/** How the command line is bundled, here and into a single file (single-file.mjs). */
export const BUNDLE = {
  cwd: root,
  platform: 'node',
  resolve: {
    alias: {
      // commander would run subcommands that are programs of their own. With it come sockets and streams: a third of a start.
      'node:child_process': ABSENT,
      // mailparser decodes header fields here and never a body.
      'html-to-text': ABSENT,
      'linkify-it': ABSENT,
      // All of mailparser as CommonJS: as an ES module it loads half of its own packages a second time.
      mailparser: createRequire(import.meta.url).resolve('mailparser'),
    },
  },
  transform: { target: 'node20' },
  onLog(level, log, report) {
    // Several commands import these at once where one loads them late: that one has nothing more to load.
    if (log.code !== 'INEFFECTIVE_DYNAMIC_IMPORT') report(level, log)
  },
}

/**
 * Modules that are usually needed together share one file, because opening a file costs as much as parsing ten kilobytes. `start` is
 * what every command line needs, with the options of the two usual commands; `mail` is what verifies or signs a message, `text` what
 * prints the report, and `zone` what reads keys from a file. Each takes in what it imports.
 */
const GROUPS = [
  {
    name: 'start',
    test: /src\/(?:commands\/(?:main|stderr|options|config\/(?:apply|config-file)|sign\/sign|verify\/verify)|report\/text\/style)\.ts$/,
    priority: 4,
  },
  { name: 'help', test: /src\/(?:report\/help\/text|commands\/help\/command-page)\.ts$/, priority: 3 },
  { name: 'mail', test: /src\/commands\/(?:sign\/run|verify\/start)\.ts$/, priority: 2 },
  { name: 'zone', test: /src\/core\/dns\/zone-resolver\.ts$/, priority: 1 },
  { name: 'text', test: /src\/report\/verification\/(?:text|readable-fields)\.ts$/, priority: 0 },
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
      // Modules of Node that few runs need are loaded late, without the ESM loader.
      dynamicImportInCjs: false,
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
