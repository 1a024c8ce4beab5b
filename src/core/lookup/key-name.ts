// What a lookup is about: a selector and a domain, or the name made of both.

import { DkimError } from '../errors.js'
import { givenDomain, givenSelector } from '../syntax/given-name.js'
import { keyRecordName, lowerAscii, toDomainName, toSelector } from '../syntax/names.js'

export interface KeyName {
  /** Lower case A-labels without the final dot, as asked. */
  readonly name: string
  readonly domain: string
  readonly selector: string
}

const NAME_HINT = 'dkim lookup example.com --selector mail, or dkim lookup mail._domainkey.example.com'

/** `text` is a domain with `selector` given, or the whole name without. Throws DkimError('name-invalid' or 'usage'). */
export function readKeyName(text: string, selector?: string): KeyName {
  const bare = text.endsWith('.') ? text.slice(0, -1) : text
  const marker = '._domainkey.'
  const at = lowerAscii(bare).lastIndexOf(marker)
  if (at !== -1 && selector !== undefined) {
    throw new DkimError('usage', `${text} already contains a selector`, `omit --selector, or give only the domain`)
  }
  // In the whole name anything may stand that DNS may hold, a doubled name too: to see it is what lookup is for.
  if (at !== -1) return keyName(bare.slice(at + marker.length), bare.slice(0, at))
  if (selector === undefined) throw new DkimError('usage', `missing selector for ${text}`, NAME_HINT)
  return keyName(givenDomain(text), givenSelector(selector))
}

export function keyName(domainText: string, selectorText: string): KeyName {
  const domain = toDomainName(domainText)
  if (domain === undefined) throw new DkimError('name-invalid', `${domainText} is no domain name`, NAME_HINT)
  const selector = toSelector(selectorText)
  if (selector === undefined) throw new DkimError('name-invalid', `${selectorText} is no selector`, NAME_HINT)
  const name = keyRecordName(selector, domain)
  if (name === undefined) throw new DkimError('name-invalid', 'the name is longer than DNS allows', NAME_HINT)
  return { name, domain, selector: lowerAscii(selector) }
}
