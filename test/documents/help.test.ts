// Every example of help (and so of the manual pages, which are made from the same tree) is run in a world that has the files it names,
// and what it writes is compared with transcripts/.
import { spawnSync } from 'node:child_process'
import { expect, it, vi } from 'vitest'
import { pageOf } from '../../src/commands/help/command-page.js'
import { buildProgram } from '../../src/commands/main.js'
import { COMMAND_NAMES } from '../../src/commands/registry.js'
import type { CommandPage } from '../../src/report/help/page.js'
import { testContext } from '../support/context.js'
import { filesForHelp } from './files.js'
import { transcriptOf } from './transcript.js'
import { openWorld } from './world.js'

// Dozens of processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000 })

/** Runs until it is ended, on a port that somebody else may have: ended once it has said where it listens, on a free one. */
const SERVE = 'dkim lookup --serve 127.0.0.1:5300 --dns-file example.zone'
const served = `${SERVE.replace(':5300', ':0')} > served & until [ -s served ]; do sleep 0.1; done; kill $!; wait $! && cat served`

const PAGE = pageOf(await buildProgram(COMMAND_NAMES, testContext()))
const PAGES = [PAGE, ...PAGE.commands].filter(({ examples }) => examples.length > 0)

it('help has examples', () => {
  expect(PAGES.length).toBeGreaterThan(8)
})

/** One example pipes into it. */
const hasJq = spawnSync('jq', ['--version']).status === 0
if (!hasJq) console.warn('SKIPPED: the examples of dkim verify, because jq is not installed (apt-get install jq)')
const isRunnable = ({ examples }: CommandPage): boolean => hasJq || !examples.some(({ run }) => run.includes('| jq'))

it.for(PAGES)('the examples of $name write what they should', async (page, { skip }) => {
  skip(!isRunnable(page), 'jq is not installed')
  const { name, examples } = page
  const parts: string[] = []
  // What one example makes, the next may use, as a reader would: they share a world.
  const world = await openWorld({ files: filesForHelp(name) })
  try {
    for (const { run } of examples) {
      const isServe = run === SERVE
      const transcript = await transcriptOf(world, { line: isServe ? served : run, output: null })
      parts.push(isServe ? transcript.replace(served, SERVE).replaceAll(/:\d{4,5}\b/g, ':5300') : transcript)
    }
  } finally {
    await world.close()
  }
  await expect(parts.join('\n')).toMatchFileSnapshot(`transcripts/help-${name.replaceAll(' ', '-')}.txt`)
})
