// Reports on narrow and wide terminals: no line is wider than the terminal, unless one word alone is.
import { describe, expect, it } from 'vitest'
import { GUIDE_CODES } from '../../src/report/guide/guide.js'
import { guideText } from '../../src/report/guide/page.js'
import { styleFor } from '../../src/report/text/style.js'
import { toText } from '../../src/report/verification/text.js'
import { failing, signatureReport, verificationReport } from '../support/report.js'

const terminal = (columns: number) => styleFor({ option: false, env: {}, isTTY: true, columns })

/** Lines that are wider although they could be broken behind their indent, or beside their label. */
function tooWide(text: string, columns: number): string[] {
  return text.split('\n').filter(line => line.length > columns && /\S .*\S/.test(line.trim()))
}

describe.each([40, 59, 60, 80, 100])('on %i columns', columns => {
  it('a verification keeps within the terminal', async () => {
    const report = verificationReport([
      failing('body-hash-did-not-verify', {
        detail: 'the header signature is good, and much more is to be told of it',
      }),
      signatureReport({ signedFields: Array.from({ length: 30 }, (_, index) => `field-${index}`) }),
    ])
    const style = await terminal(columns)
    const fields = { from: 'Alice <alice@example.com>', subject: 'word '.repeat(40), date: null }
    const lines = tooWide(toText(report, { style, fields }), columns)
    // A headline and a fingerprint, which are one piece to whoever reads or copies them.
    expect(lines.filter(line => !/^ *[✓✗–] |SHA256:/.test(line))).toEqual([])
  })

  it('so does every page of the guide, but for its command lines', async () => {
    const style = await terminal(columns)
    const lines = GUIDE_CODES.flatMap(code => tooWide(guideText(code, style), columns))
    expect(lines.filter(line => !/^ *\$ /.test(line))).toEqual([])
  })
})

describe('styleFor', () => {
  it('keeps lines readable on terminals of any width, and the same for programs', async () => {
    const widths = [undefined, 0, 1, 39, 40, 100, 101, 4000].map(async columns => {
      return (await styleFor({ option: undefined, env: {}, isTTY: columns !== undefined, columns })).columns
    })
    expect(await Promise.all(widths)).toEqual([100, 100, 40, 40, 40, 100, 100, 100])
  })
})
