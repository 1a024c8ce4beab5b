// Writes what is made from the program itself: man/ and completions/ (products of the build, not kept in the repository), and with
// --pages docs/reasons/ and the lists of codes in docs/schema/ (kept: they are read in the browser). Needs dist/.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { programPage } from '../dist/commands/help/completion.js'
import { COMMAND_TREE } from '../dist/commands/main.js'
import { REASONS, WARNINGS } from '../dist/core/dkim/result.js'
import { CAUSES, DIAGNOSES, EXPOSURES } from '../dist/core/explain/index.js'
import { FINDINGS } from '../dist/core/lookup/findings.js'
import { GUIDE_CODES } from '../dist/report/guide/guide.js'
import { guideIndexMarkdown, guideMarkdown } from '../dist/report/guide/page.js'
import { bashCompletion } from '../dist/report/help/bash.js'
import { fishCompletion } from '../dist/report/help/fish.js'
import { manPage } from '../dist/report/help/man.js'
import { zshCompletion } from '../dist/report/help/zsh.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** A folder with nothing in it but these files. */
function writeFolder(name, files) {
  const folder = join(root, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const [file, text] of files) writeFileSync(join(folder, file), text)
}

function writeCodes(name, change) {
  const file = join(root, 'docs', 'schema', `${name}.schema.json`)
  const schema = JSON.parse(readFileSync(file, 'utf8'))
  change(schema)
  writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`)
}

const page = await programPage({ env: {}, stdout: process.stdout, stderr: process.stderr }, COMMAND_TREE)
writeFolder(
  'man',
  [page, ...page.commands].map(command => [`${command.name.replaceAll(' ', '-')}.1`, manPage(command, version)]),
)
writeFolder('completions', [
  ['dkim.bash', bashCompletion(page)],
  ['_dkim', zshCompletion(page)],
  ['dkim.fish', fishCompletion(page)],
])
if (process.argv.includes('--pages')) {
  writeFolder('docs/reasons', [
    ...GUIDE_CODES.map(code => [`${code}.md`, guideMarkdown(code)]),
    ['README.md', guideIndexMarkdown()],
  ])
  writeCodes('verification-1', schema => {
    schema.$defs.signature.properties.reason.enum = [...Object.keys(REASONS), null]
    schema.$defs.warning.properties.code.enum = Object.keys(WARNINGS)
    const { diagnosis, explanations, exposure } = schema.$defs.signature.properties
    diagnosis.enum = Object.keys(DIAGNOSES)
    explanations.items.properties.code.enum = Object.keys(CAUSES)
    exposure.items.properties.code.enum = Object.keys(EXPOSURES)
  })
  for (const [name, reportOf] of [
    ['lookup-1', schema => schema.$defs.report],
    ['discovery-1', schema => schema.properties.keys.items],
  ]) {
    writeCodes(name, schema => {
      reportOf(schema).properties.reason.enum = [...Object.keys(REASONS), null]
      reportOf(schema).properties.findings.items.properties.code.enum = Object.keys(FINDINGS)
    })
  }
}
