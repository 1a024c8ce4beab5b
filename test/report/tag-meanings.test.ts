import { describe, expect, it } from 'vitest'
import { parseTagList } from '../../src/core/index.js'
import { explainTags, KEY_RECORD_TAGS, SIGNATURE_TAGS } from '../../src/report/tag-meanings.js'
import { tagsText } from '../../src/report/tags-text.js'
import { HOSTILE } from '../support/report.js'

function meaning(text: string, name: string, kind: 'signature' | 'key-record' = 'signature'): string | undefined {
  return explainTags(parseTagList(text), kind).find(tag => tag.name === name)?.meaning
}

describe('explainTags', () => {
  it('knows every tag of §3.5 and §3.6.1', () => {
    expect(Object.keys(SIGNATURE_TAGS).sort()).toEqual([...'abcdhilqstvxz', 'bh'].sort())
    expect(Object.keys(KEY_RECORD_TAGS).sort()).toEqual([...'ghknpstv'])
  })

  it('speaks of this signature', () => {
    const text = 'd=example.com; s=mail; h=From:To:from; t=1767225600; x=1768435200; l=12; i=bob=3Bx@example.com'
    expect(meaning(text, 's')).toContain('mail._domainkey.example.com')
    expect(meaning(text, 'h')).toMatch(/^2 fields.*: from$/)
    expect(meaning(text, 'x')).toContain('2026-01-15 at 00:00:00 UTC, 14 days after')
    expect(meaning(text, 'l')).toContain('12 octets')
    expect(meaning(text, 'i')).toContain('bob;x@example.com')
  })

  it('tells a revoked key, flags, and tags nobody knows', () => {
    expect(meaning('v=DKIM1; p=', 'p', 'key-record')).toContain('revoked')
    expect(meaning('t=y:s:q; p=', 't', 'key-record')).toMatch(/y: .*; s: .*; q: an unknown flag/)
    expect(meaning('v=1; constructor=x', 'constructor')).toContain('unknown tag')
    expect(meaning('a=constructor', 'a')).toContain('not in use')
    expect(meaning('c=constructor/simple', 'c')).toContain('not in use')
    expect(meaning('t=constructor; p=', 't', 'key-record')).toContain('unknown flag')
    expect(meaning('t=999999999999999999', 't')).toContain('cannot be read')
  })
})

describe('tagsText', () => {
  it('escapes what a stranger wrote', () => {
    const value = HOSTILE.replace(/[\r\n\0\u001b;]/g, '')
    const text = tagsText('title', parseTagList(`d=${Buffer.from(value).toString('latin1')}; z=\u009b31m`), 'signature')
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  })
})
