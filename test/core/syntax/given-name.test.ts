// What people give for a domain or a selector, and what they are told where it is something else.

import { describe, expect, it } from 'vitest'
import { DkimError } from '../../../src/core/errors.js'
import { givenDomain, givenSelector } from '../../../src/core/syntax/given-name.js'

function refusal(work: () => unknown): DkimError {
  try {
    work()
  } catch (error) {
    if (error instanceof DkimError) return error
  }
  throw new Error('nothing was refused')
}

describe('a domain', () => {
  it.each([
    ['example.com', 'example.com'],
    ['EXAMPLE.com.', 'example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['_domainkeys.example.com', '_domainkeys.example.com'],
  ])('%j is %j', (text, domain) => expect(givenDomain(text)).toBe(domain))

  it.each([
    ['bob@example.com', 'is it example.com?'],
    ['<bob@example.com>', 'is it example.com?'],
    ['https://example.com/', 'is it example.com?'],
    ['https://example.com:8443/a@b', 'is it example.com?'],
    [' example.com ', 'is it example.com?'],
    ['mail._domainkey.example.com', 'is it example.com?'],
    ['mail._DomainKey.example.com.', 'is it example.com?'],
    ['example.com,example.net', 'give one domain at a time, such as example.com'],
    ['example.com example.net', 'give one domain at a time, such as example.com'],
  ])('%j: %s', (text, hint) => {
    const { code, hint: given } = refusal(() => givenDomain(text))
    expect([code, given]).toEqual(['name-invalid', hint])
  })

  it.each(['', '.', 'example', 'example..com', 'example.com..', '*.example.com', 'a\\.b.example', '\u2028', '@', 'x@'])(
    '%j is none',
    text => expect(refusal(() => givenDomain(text)).code).toBe('name-invalid'),
  )
})

describe('a selector', () => {
  it.each([
    ['mail', 'mail'],
    ['Mail.News', 'Mail.News'],
    ['büro', 'xn--bro-hoa'],
    ['_domainkeys', '_domainkeys'],
    ['_domainkey', '_domainkey'],
  ])('%j is %j', (text, selector) => expect(givenSelector(text)).toBe(selector))

  it.each([
    ['mail._domainkey', 'mail'],
    ['Mail._DomainKey.example.com', 'Mail'],
    ['a.b._domainkey.example.com.', 'a.b'],
  ])('%j is the name of a record: its selector is %j', (text, selector) => {
    const { code, hint } = refusal(() => givenSelector(text))
    expect([code, hint]).toEqual(['name-invalid', `the selector is the part before ._domainkey: ${selector}`])
  })

  it.each(['', '.', 'mail.', '_domainkey.example.com', '*', 'a b', 'a;b', '-', '../x', '\u202e'])('%j is none', text =>
    expect(refusal(() => givenSelector(text)).code).toBe('name-invalid'),
  )
})
