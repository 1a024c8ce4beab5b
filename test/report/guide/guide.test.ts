import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { REASONS, WARNINGS } from '../../../src/core/dkim/result.js'
import { GUIDE_CODES, GUIDES, isGuideCode } from '../../../src/report/guide/guide.js'
import { guideIndexMarkdown, guideMarkdown, guideText } from '../../../src/report/guide/page.js'
import type { Guide } from '../../../src/report/guide/step.js'

const PAGES = join(import.meta.dirname, '..', '..', '..', 'docs', 'reasons')

describe('the guide', () => {
  it('has a page for every reason and warning, and for nothing else', () => {
    expect([...GUIDE_CODES].sort()).toEqual([...Object.keys(REASONS), ...Object.keys(WARNINGS)].sort())
    expect(isGuideCode('constructor')).toBe(false)
  })

  it.each(GUIDE_CODES)('%s says what causes it, how to make sure and what to do', code => {
    const { cause, confirm, fix }: Guide = GUIDES[code]
    expect(cause.length).toBeGreaterThan(30)
    expect(confirm.length).toBeGreaterThan(0)
    expect(fix.length).toBeGreaterThan(0)
    // The end of a step is set by what writes it.
    for (const [text] of [...confirm, ...fix]) expect(text).not.toMatch(/[.:]$/)
    expect(guideText(code)).toContain(code)
  })

  it('is what docs/reasons/ holds: node scripts/docs.mjs --pages writes it', () => {
    const read = (name: string): string => readFileSync(join(PAGES, name), 'utf8')
    expect(readdirSync(PAGES).sort()).toEqual([...GUIDE_CODES.map(code => `${code}.md`), 'README.md'].sort())
    for (const code of GUIDE_CODES) expect(read(`${code}.md`)).toBe(guideMarkdown(code))
    expect(read('README.md')).toBe(guideIndexMarkdown())
  })
})
