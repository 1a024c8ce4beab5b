import { describe, expect, it } from 'vitest'
import { parseTagList } from '../../../src/core/dkim/tag-list.js'
import {
  explainTags,
  KEY_RECORD_TAGS,
  keyTagMeaning,
  SIGNATURE_TAGS,
} from '../../../src/report/verification/tag-meanings.js'
import { tagsText } from '../../../src/report/verification/tags-text.js'
import { HOSTILE } from '../../support/report.js'

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
    expect(meaning(text, 'l')).toContain('12 bytes')
    expect(meaning(text, 'i')).toContain('bob;x@example.com')
  })

  it('tells a revoked key, flags, and tags nobody knows', () => {
    expect(meaning('v=DKIM1; p=', 'p', 'key-record')).toContain('revoked')
    expect(meaning('t=y:s:q; p=', 't', 'key-record')).toMatch(/y: .*; s: .*; q: an unknown flag/)
    expect(meaning('v=1; constructor=x', 'constructor')).toContain('unknown tag')
    expect(meaning('a=constructor', 'a')).toContain('unknown algorithm')
    expect(meaning('c=constructor/simple', 'c')).toContain('unknown canonicalization')
    expect(meaning('t=constructor; p=', 't', 'key-record')).toContain('unknown flag')
    expect(meaning('t=999999999999999999', 't')).toContain('cannot be read')
  })
})

describe('each value of each tag', () => {
  const SIGNATURE: readonly (readonly [tag: string, others: string, says: RegExp])[] = [
    ['v=1', '', /version 1/],
    ['v=2', '', /not a version/],
    ['a=rsa-sha256', '', /RSA key over SHA-256/],
    ['a=rsa-sha1', '', /SHA-1 .* no longer accepted/],
    ['c=relaxed', '', /refolded; the body/],
    ['c=nowsp/simple', '', /unknown canonicalization/],
    ['d=xn--mller-kva.example', '', /xn--mller-kva\.example \(müller\.example\)/],
    ['i=@example.com', 'd=example.com', /^on behalf of anyone at example\.com$/],
    ['i=@Example.COM', 'd=example.com', /^on behalf of anyone at Example\.COM$/],
    ['i=example.com', 'd=example.com', /^on behalf of anyone at example\.com$/],
    ['i=news@a.example.com', 'd=example.com', /^on behalf of news@a\.example\.com, in a subdomain .* t=s/],
    ['i=@notexample.com', 'd=example.com', /which is not at d=$/],
    ['l=0', '', /none of the body/],
    ['l=1', '', /first 1 byte of the body is signed/],
    ['q=dns/txt', '', /^the key is a TXT record in DNS$/],
    ['q=dns/txt:http', '', /TXT record in DNS; http: unknown/],
    ['q=http', '', /looking up .* http: unknown/],
    ['x=1767225600', '', /^valid until 2026-01-01 at 00:00:00 UTC$/],
    ['x=1767229200', 't=1767225600', /1 h after signing/],
    ['x=1767312000', 't=1767225600', /, 1 day after signing/],
    ['x=1767225600', 't=1767225600', /not after the time of signing/],
    ['x=soon', 't=1767225600', /cannot be read/],
    ['z=From:a=40b|Subject:x=3Ay', '', /2 fields .*: from, subject$/],
    ['h=From : Subject', '', /^2 fields signed: from, subject$/],
  ]
  it.each(SIGNATURE)('%s of a signature, beside %j', (tag, others, says) => {
    expect(meaning(`${tag}; ${others}`, tag.slice(0, 1))).toMatch(says)
  })

  const KEY: readonly (readonly [tag: string, says: RegExp])[] = [
    ['h=sha256', /^only signatures over SHA-256/],
    ['h=sha1 : sha256', /sha1, sha256$/],
    ['h=sha1', /no usable signature/],
    ['k=ed25519', /^an Ed25519 key$/],
    ['k=x', /a key type that DKIM verifiers do not know/],
    ['s=email', /^for mail only$/],
    ['s=tlsrpt:email', /^for mail and tlsrpt$/],
    ['s=tlsrpt', /^not for mail, only for tlsrpt$/],
    ['s=*', /every service/],
    ['t=s', /^s: no subdomains/],
    ['t=y : s', /^y: .*; s: /],
    ['t=', /^no flags$/],
    ['n=a=20b', /“a b”/],
    ['p=AAAA', /3 bytes/],
    ['p=not*base64', /not a base64 public key/],
    ['g=*', /now ignored/],
    ['x=1', /unknown tag/],
  ]
  it.each(KEY)('%s of a key record, alone and in a list', (tag, says) => {
    expect(meaning(tag, tag.slice(0, 1), 'key-record')).toMatch(says)
    expect(keyTagMeaning(tag.slice(0, 1), tag.slice(2), [])).toMatch(says)
  })

  it('has the section of the RFC that brought the value', () => {
    const [algorithm] = explainTags(parseTagList('a=ed25519-sha256'), 'signature')
    expect(algorithm?.section).toBe('RFC 8463 §3')
    expect(explainTags(parseTagList('k=rsa'), 'key-record')[0]?.section).toBe('§3.6.1')
  })
})

describe('tagsText', () => {
  it('escapes what a stranger wrote', () => {
    const value = HOSTILE.replace(/[\r\n\0\u001b;]/g, '')
    const text = tagsText('title', parseTagList(`d=${Buffer.from(value).toString('latin1')}; z=\u009b31m`), 'signature')
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  })
})
