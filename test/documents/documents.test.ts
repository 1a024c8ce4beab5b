// Every command line of the documents is run, in the order in which it stands there, and what it writes is compared: with the document
// where it shows the output, with transcripts/ where it does not. vitest -u writes transcripts/ anew; a document is corrected by hand.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { filesFor } from './files.js'
import { blocksOf, linesOf, type PrintedLine, transcriptOf } from './transcript.js'
import { openWorld, type World } from './world.js'

// Dozens of processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000 })

const ROOT = join(import.meta.dirname, '..', '..')

/** Lines that cannot be run here, each with its reason. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'npm ci && npm run demo': 'npm ci needs the registry; test/examples/demo.test.ts runs the demo',
  'alias dkim="$PWD/bin/dkim.js"': 'dkim is this program here anyway',
  'npm install --global "$(npm pack --silent)"':
    'writes outside of its folder; npm run publication installs the package',
  'npm ci && npm test': 'these are the tests',
  'npm ci                # installs; the program builds itself when it is first needed': 'needs the registry',
  'npm test              # everything but the programs of others': 'these are the tests',
  'npm run lint && npm run typecheck': 'part of every check of a change',
  'npm run demo          # the life of a key, through the real program': 'test/examples/demo.test.ts runs it',
  'npm run docs          # after a change of codes or of text output: docs/reasons/, the codes in docs/schema/, docs/pictures/':
    'writes into the repository; tests compare what it would write',
  'npm run compare       # the table in docs/differences.md, measured again': 'needs the programs of others',
  'npm run node-versions # the packed program and library on Node.js 20, 22 and 24': 'needs the registry',
  'npm run publication   # the package as its users get it: publint, types, and in an empty project':
    'needs the registry',
  'npm run single-file   # dist/dkim.cjs, the program in one file': 'test/publication.test.ts runs it',
  'npm run interop       # on Debian: against dkimpy, Mail::DKIM and OpenDKIM': 'needs the programs of others',
}

/** What the reader did in between, by the line that needs it. */
const BEFORE: Readonly<Record<string, string>> = {
  'dkim rotate-plan --state /etc/dkim/plan.json --check > /var/lib/dkim/plan.txt || cat /var/lib/dkim/plan.txt':
    'mkdir -p /etc/dkim /var/lib/dkim && cp plan.json /etc/dkim',
}

const DOCUMENTS = readdirSync(ROOT)
  .filter(name => name.endsWith('.md') && name !== 'CHANGELOG.md')
  .concat(['docs', 'examples', 'examples/cluster'].flatMap(folder => markdownIn(folder)))

function markdownIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).flatMap(name => (name.endsWith('.md') ? [`${folder}/${name}`] : []))
}

const textOf = (document: string): string => readFileSync(join(ROOT, document), 'utf8')

const printedIn = (document: string): PrintedLine[] =>
  blocksOf(textOf(document))
    .filter(({ language }) => COMMANDS.has(language))
    .flatMap(linesOf)

/** Runs the lines of a document; what is not shown there makes the transcript. */
async function run(document: string, world: World): Promise<string> {
  const parts: string[] = []
  for (const printed of printedIn(document)) {
    const { line } = printed
    if (NOT_RUN[line] === undefined) {
      if (BEFORE[line] !== undefined) expect(await world.run(BEFORE[line])).toEqual({ code: 0, text: '' })
      parts.push(await transcriptOf(world, printed))
    }
  }
  return parts.join('\n')
}

const COMMANDS = new Set(['sh', 'console', 'crontab'])
/** Blocks that are no command lines: what checks them. */
const OTHERS: Readonly<Record<string, string>> = {
  toml: 'the configuration in README, read below',
  js: 'the library in README, run below',
  json: 'a shortened report: schemas check whole ones',
}

describe('command lines', () => {
  it.each(DOCUMENTS)('of %s write what they should', async document => {
    const world = await openWorld({ files: filesFor(document) })
    try {
      const transcript = await run(document, world)
      if (transcript !== '')
        await expect(transcript).toMatchFileSnapshot(`transcripts/${document.replaceAll('/', '-')}.txt`)
    } finally {
      await world.close()
    }
  })

  it('that are not run are few, and each stands in a document', () => {
    const lines = new Set(DOCUMENTS.flatMap(printedIn).map(({ line }) => line))
    expect(Object.keys(NOT_RUN).filter(line => !lines.has(line))).toEqual([])
    expect(lines.size).toBeGreaterThan(2 * Object.keys(NOT_RUN).length)
  })

  it('stand in blocks that say what they are', () => {
    const languages = DOCUMENTS.flatMap(name => blocksOf(textOf(name)).map(({ language }) => language))
    expect(languages.filter(language => !COMMANDS.has(language) && OTHERS[language] === undefined)).toEqual([])
  })

  it('and the configuration and the library of README do what it says', async () => {
    const blocks = blocksOf(textOf('README.md'))
    const block = (wanted: string): string => blocks.find(({ language }) => language === wanted)?.text ?? ''
    const message = `const message = Buffer.from('From: a@example.com\\r\\n\\r\\nHi\\r\\n')\n`
    const world = await openWorld({
      files: {
        '~/.config/dkim/config.toml': block('toml'),
        'library.mjs': block('js').replace(/(?<='dkim-toolkit'\n)/, message),
      },
    })
    const [config, library] = [await world.run('dkim config'), await world.run('node library.mjs')]
    await world.close()
    for (const name of ['domain', 'selector', 'key', 'dialect'])
      expect(config.text).toMatch(new RegExp(`^ *${name} .*config.toml`, 'm'))
    expect(library).toEqual({ code: 0, text: 'none []\n' })
  })
})
