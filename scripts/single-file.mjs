// Builds dist/dkim.cjs: the whole program in one file, for machines without npm. It needs Node.js and nothing else.
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { BUNDLE } from './build.mjs'

const file = join(BUNDLE.cwd, 'dist', 'dkim.cjs')
const bundle = await rolldown({ ...BUNDLE, input: 'src/commands/run.ts' })
await bundle.write({
  file,
  format: 'cjs',
  codeSplitting: false,
  minify: true,
  comments: { legal: true },
  banner: '#!/usr/bin/env node',
  footer: 'exports.run(process)',
})
chmodSync(file, 0o755)
