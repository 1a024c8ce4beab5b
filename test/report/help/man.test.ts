import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { programPage } from '../../../src/commands/help/completion.js'
import { COMMAND_TREE } from '../../../src/commands/main.js'
import { manPage } from '../../../src/report/help/man.js'
import type { CommandPage } from '../../../src/report/help/page.js'
import { testContext } from '../../support/context.js'

const HAS_MAN = spawnSync('man', ['--version']).status === 0
if (!HAS_MAN) console.warn('SKIPPED: man pages are not formatted, for man is not installed')

async function pages(): Promise<CommandPage[]> {
  const program = await programPage(testContext(), COMMAND_TREE)
  return [program, ...program.commands]
}

describe('manPage', () => {
  it('names every option and example of every command', async () => {
    for (const page of await pages()) {
      const text = manPage(page, '1.2.3').replaceAll('\\-', '-')
      for (const { long } of page.options) expect(text).toContain(long)
      expect(text).toMatch(/^\.SH EXIT STATUS$/m)
    }
  })

  it('has no text that roff would take for a request or an escape', async () => {
    const [page] = await pages()
    const text = manPage({ ...page!, description: ".sp 99\n'br\n\\fBx\\*[y] é" }, '1')
    expect(text).toContain("\\&.sp 99\n\\&'br\n\\efBx\\e*[y] \\[u00E9]")
  })

  it.runIf(HAS_MAN)('is formatted without a warning', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dkim-man-'))
    for (const page of await pages()) {
      const file = join(folder, `${page.name.replaceAll(' ', '-')}.1`)
      writeFileSync(file, manPage(page, '1.2.3'))
      const { status, stderr } = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', file], {
        env: { ...process.env, MANWIDTH: '80' },
      })
      expect([status, stderr.toString()]).toEqual([0, ''])
    }
    rmSync(folder, { recursive: true, force: true })
  })
})
