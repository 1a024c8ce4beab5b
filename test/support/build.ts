// The command-line tests run the built program: build it once where it is older than its sources.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

function newest(folder: string): number {
  return Math.max(
    ...readdirSync(folder, { recursive: true, withFileTypes: true }).map(
      entry => statSync(join(entry.parentPath, entry.name)).mtimeMs,
    ),
  )
}

export default function setup(): void {
  const bundle = join(root, 'dist', 'cli', 'dkim.cjs')
  if (existsSync(bundle) && statSync(bundle).mtimeMs > newest(join(root, 'src'))) return
  execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: 'inherit' })
}
