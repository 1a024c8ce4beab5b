// The lines of a batch: each signature that failed is told apart from the others, and no line is longer than that takes.
import { describe, expect, it } from 'vitest'
import { toBriefText } from '../../src/report/verification/text.js'
import { failing, verificationReport } from '../support/report.js'

const reason = 'body-hash-did-not-verify'
/** What stands between the mark and the reason. */
const names = (...signatures: Parameters<typeof failing>[1][]) =>
  toBriefText(verificationReport(signatures.map(changes => failing(reason, changes))))
    .trimEnd()
    .split('\n')
    .slice(1)
    .map(line => /✗ fail (.*?): /.exec(line)?.[1])

describe('signatures that failed', () => {
  it('go by their domain', () => {
    expect(names({})).toEqual(['example.com'])
    expect(names({ selector: 'a' }, { selector: 'b', domain: 'other.example' })).toEqual([
      'example.com',
      'other.example',
    ])
  })

  it('of one domain go by their selector as well, and the others by their domain alone', () => {
    expect(names({ selector: 'a' }, { selector: 'b' }, { domain: 'other.example' })).toEqual([
      'example.com (selector a)',
      'example.com (selector b)',
      'other.example',
    ])
  })

  it('of one selector go by the beginning of b= too', () => {
    expect(names({ signatureStart: 'AAAAAAAA' }, { signatureStart: 'BBBBBBBB' }, { selector: 'b' })).toEqual([
      'example.com (selector mail, b=AAAAAAAA)',
      'example.com (selector mail, b=BBBBBBBB)',
      'example.com (selector b)',
    ])
  })

  it('have what is known of them, where their tags are broken', () => {
    const broken = { domain: null, selector: null, signatureStart: null }
    expect(names(broken, broken)).toEqual(['unknown domain', 'unknown domain'])
    expect(names(broken, { ...broken, selector: '\u001b[31m' })).toEqual([
      'unknown domain',
      'unknown domain (selector \\x1b[31m)',
    ])
  })
})
