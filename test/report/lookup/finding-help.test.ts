// dkim help on a finding: every code has its text, and nothing else is one.
import { describe, expect, it } from 'vitest'
import { FINDING_CODES, findingHelp, isFindingCode } from '../../../src/report/lookup/finding-help.js'
import { PLAIN } from '../../../src/report/text/style.js'

describe('help on findings', () => {
  it.each(FINDING_CODES)('%s', code => {
    const text = findingHelp(code, PLAIN)
    expect(text.startsWith(`${code}\n`)).toBe(true)
    expect(text).toMatch(/^ {2}severity +(?:critical|error|warning|info): /m)
    expect(text).toMatch(/^ {2}fix +\S/m)
    expect(text.split('\n').every(line => line.length <= 100)).toBe(true)
  })

  it('knows no other code', () => {
    for (const text of ['toString', '__proto__', 'weak-key', '']) expect(isFindingCode(text)).toBe(false)
  })
})
