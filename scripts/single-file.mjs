// Builds dist/dkim.cjs: the whole program in one file, for machines without npm. It needs Node.js and nothing else.
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const outfile = join(root, 'dist', 'dkim.cjs')

await build({
  stdin: { contents: "require('./src/commands/run.ts').run(process)", resolveDir: root, loader: 'js' },
  outfile,
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  logLevel: 'warning',
  legalComments: 'inline',
  banner: { js: '#!/usr/bin/env node' },
})
chmodSync(outfile, 0o755)
