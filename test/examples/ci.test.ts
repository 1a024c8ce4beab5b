// The pipelines of examples/ci: their steps are taken out of the YAML and run, one after the other, in a project that has the program.
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type RunningServer, startServer } from '../../src/core/dns/server.js'
import { Zone } from '../../src/core/dns/zone.js'
import { readZone } from '../../src/core/dns/zone-file.js'
import { BIN, dkim } from '../support/cli.js'

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples')
const ZONE = join(EXAMPLES, 'example.com.zone')
const yaml = (name: string) => parse(readFileSync(join(EXAMPLES, 'ci', name), 'utf8'))

/** The one step that is not run: it would fetch the project's packages from the registry, and the project here has them. */
const NOT_RUN = ['npm ci']

let project = ''
let server: RunningServer

beforeEach(async () => {
  server = await startServer({ zone: readZone(readFileSync(ZONE), ZONE, new Zone()) })
  project = mkdtempSync(join(tmpdir(), 'dkim-ci-'))
  mkdirSync(join(project, 'node_modules', '.bin'), { recursive: true })
  symlinkSync(BIN, join(project, 'node_modules', '.bin', 'dkim'))
  mkdirSync(join(project, 'runner'))
  // Two templates, rendered into the directory that the pipeline names.
  writeFileSync(
    join(project, 'render.mjs'),
    `import { cpSync, mkdirSync } from 'node:fs'
    const to = process.argv[process.argv.indexOf('--out-dir') + 1]
    mkdirSync(to)
    for (const name of ['welcome', 'receipt']) cpSync('plain.eml', to + '/' + name + '.eml')`,
  )
  cpSync(join(EXAMPLES, 'messages', 'plain.eml'), join(project, 'plain.eml'))
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'project', private: true, scripts: { 'render-mail': 'node render.mjs' } }),
  )
  const lock = ['lookup', 'mail._domainkey.example.com', '--dns-file', ZONE, '--lock', join(project, 'dkim.lock')]
  expect((await dkim([...lock, '--update'])).code).toBe(0)
})

afterEach(async () => {
  await server.close()
  rmSync(project, { recursive: true, force: true })
})

/** Runs steps as the runner does: each in a shell of its own that stops at the first failure. Says where it stopped. */
async function run(steps: readonly string[]) {
  const env = {
    PATH: process.env['PATH'],
    HOME: project,
    npm_config_update_notifier: 'false',
    RUNNER_TEMP: join(project, 'runner'),
    DKIM_NAMESERVER: server.nameserver,
  }
  let output = ''
  for (const step of steps.filter(text => !NOT_RUN.includes(text))) {
    const child = spawn('bash', ['-eo', 'pipefail', '-c', step], { cwd: project, env })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk))
    const code = await new Promise(resolve => child.on('close', resolve))
    if (code !== 0) return { code, step, output }
  }
  return { code: 0, step: null, output }
}

const TAMPER = `sed -i 's/at noon/at one/' outbox/receipt.eml`
/** The same steps, with a relay in between that changes a word. */
const tampered = (steps: readonly string[]): string[] =>
  steps.flatMap(step => (step.includes('dkim verify') ? [TAMPER, step] : [step]))

describe('github-workflow.yml', () => {
  const steps: string[] = yaml('github-workflow.yml').jobs.dkim.steps.flatMap(({ run }: { run?: string }) => run ?? [])

  it('passes', { timeout: 120_000 }, async () => {
    expect(steps.length).toBeGreaterThan(3)
    expect(await run(steps)).toMatchObject({ code: 0, step: null })
  })

  it('fails where a message was changed, with an annotation at its file', { timeout: 120_000 }, async () => {
    const { code, step, output } = await run(tampered(steps))
    expect([code, step]).toEqual([1, steps.at(-1)])
    expect(output).toMatch(/^::error file=outbox\/receipt\.eml.*body-hash-did-not-verify/m)
  })
})

describe('gitlab-ci.yml', () => {
  const { script, artifacts } = yaml('gitlab-ci.yml').dkim

  it('passes, and leaves the test report that it promises', { timeout: 120_000 }, async () => {
    expect(await run(script)).toMatchObject({ code: 0, step: null })
    expect(readFileSync(join(project, artifacts.reports.junit), 'utf8')).toMatch(
      /<testsuites?[^>]* tests="2" failures="0"/,
    )
  })

  it('fails where a message was changed', { timeout: 120_000 }, async () => {
    const { code, step } = await run(tampered(script))
    expect(code).toBe(1)
    expect(step).toContain('dkim verify')
    expect(readFileSync(join(project, artifacts.reports.junit), 'utf8')).toContain('body-hash-did-not-verify')
  })

  it('fails where DNS is not as the lock file says', { timeout: 120_000 }, async () => {
    await server.close()
    server = await startServer({ zone: new Zone() })
    const { code, step } = await run(script)
    expect([code, step]).toEqual([1, 'npx --no -- dkim lookup --lock dkim.lock'])
  })
})
