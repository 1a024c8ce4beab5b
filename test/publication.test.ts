// What a user gets: the files of the package, and the program in one file.
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

it('F-15 the package holds what users need, and nothing else', () => {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, stdio: 'pipe' })
  const files: string[] = JSON.parse(output.toString())[0].files.map(({ path }: { path: string }) => path)
  const allowed =
    /^(?:bin\/|dist\/(?:cli|core)\/|man\/[a-z-]+\.1$|completions\/|docs\/|examples\/|[A-Z]+\.md$|LICENSE$|package\.json$)/
  expect(files.filter(path => !allowed.test(path))).toEqual([])
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const links = Array.from(readme.matchAll(/(?:\]\(|(?:src|srcset)=")(?!https?:|#)([^)#"]+)/g), ([, path]) => path!)
  expect(links.length).toBeGreaterThan(15)
  // What README points to is there for those who have the package alone.
  expect(links.filter(link => !files.some(path => path === link || path.startsWith(`${link}/`)))).toEqual([])
  for (const name of ['bin/dkim.js', 'dist/cli/dkim.cjs', 'dist/core/index.js', 'dist/core/index.d.ts', 'man/dkim.1'])
    expect(files).toContain(name)
  // Named one by one: npm installs no manual pages by the name of their directory any more.
  const { man } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect([...man].sort()).toEqual(
    files
      .filter(path => path.startsWith('man/'))
      .map(path => `./${path}`)
      .sort(),
  )
})

it('the packed package runs in an empty project, as its owner and as a user whose home cannot be written to', {
  timeout: 180_000,
}, () => {
  const script = join(root, 'scripts', 'publication.mjs')
  const { status, stdout } = spawnSync(process.execPath, [script, '--offline'], { encoding: 'utf8' })
  expect([status, stdout.match(/^WRONG.*/m)]).toEqual([0, null])
  expect(stdout).toMatch(/^ok +(\d+) of \1 runs as the user who asks$/m)
  // Loud: what the machine could not do stands in the output of the tests.
  for (const [line] of stdout.matchAll(/^SKIPPED.*root.*$/gm)) console.warn(line)
  if (process.getuid?.() === 0) expect(stdout).toMatch(/^ok +(\d+) of \1 runs as nobody/m)
})

it('the licenses of every bundled package are beside the bundles', () => {
  const licenses = readFileSync(join(root, 'dist', 'cli', 'LICENSES.txt'), 'utf8')
  const bundles = readdirSync(join(root, 'dist', 'cli')).flatMap(name => /^package-(.*)\.cjs$/.exec(name)?.[1] ?? [])
  expect(bundles.length).toBeGreaterThan(4)
  for (const name of bundles) expect(licenses).toMatch(new RegExp(`^${name} \\d`, 'm'))
})

it('the single file runs anywhere, alone', () => {
  execFileSync(process.execPath, [join(root, 'scripts', 'single-file.mjs')])
  const folder = mkdtempSync(join(tmpdir(), 'dkim-single-'))
  const program = join(folder, 'dkim')
  copyFileSync(join(root, 'dist', 'dkim.cjs'), program)
  const examples = join(root, 'examples')
  const run = (...argv: string[]) =>
    spawnSync(program, argv, { cwd: examples, env: { PATH: process.env['PATH'], HOME: folder, FORCE_COLOR: '1' } })
  const verified = run('verify', '--dns-file', 'example.com.zone', '--jobs', '2', 'messages')
  expect([verified.status, verified.stderr.toString()]).toEqual([1, ''])
  expect(verified.stdout.toString()).toContain('4 messages')
  expect(run('help', 'weak-key').status).toBe(0)
  expect(run('config').status).toBe(0)
  rmSync(folder, { recursive: true, force: true })
})
