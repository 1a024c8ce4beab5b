// What a signature is asked to be, and the tags that come of it (§3.5): each value checked before it is written.

import { DkimError } from '../errors.js'
import { algorithmFor } from '../keys/algorithm.js'
import type { PrivateKey } from '../keys/private-key.js'
import { givenDomain, givenSelector } from '../syntax/given-name.js'
import { isSubdomainOrEqual, keyRecordName, toDomainName } from '../syntax/names.js'
import { encodeDkimQuotedPrintable } from '../syntax/quoted-printable.js'
import { trimFws } from '../syntax/white-space.js'
import type { SignatureTag } from './format-signature.js'
import { type FieldIndex, type HeaderSection, rawValue, selectFields } from './header.js'
import type { CanonicalizationName } from './result.js'
import { isLocalPart } from './signature.js'
import type { FieldChoice } from './signed-fields.js'

/** One signature to make (§3.5). */
export interface SignatureRequest {
  readonly key: PrivateKey
  readonly selector: string
  /** d=; the From domain where it is left out. */
  readonly domain?: string
  /** i=, such as `user@example.com` or `@news.example.com`. */
  readonly identity?: string
  /** relaxed/relaxed where left out. */
  readonly canonicalization?: { readonly header: CanonicalizationName; readonly body: CanonicalizationName }
  readonly fields?: readonly FieldChoice[]
  /** t= in Unix seconds: the clock where left out, none with null. */
  readonly timestamp?: number | null
  /** x= as seconds behind t=. */
  readonly expiresIn?: number
  /** z=: a copy of the signed fields, for diagnosis. */
  readonly copyFields?: boolean
  /** q=dns/txt, which is the default anyway. */
  readonly queryMethod?: boolean
}

export function canonicalizationOf(request: SignatureRequest): NonNullable<SignatureRequest['canonicalization']> {
  return request.canonicalization ?? { header: 'relaxed', body: 'relaxed' }
}

/** d=; `author` is the From domain, null where there is no single plain one. */
export function domainOf(request: SignatureRequest, author: string | null): string {
  if (request.domain === undefined) {
    if (author !== null) return author
    throw new DkimError('usage', 'cannot derive a signing domain from the From field', 'name it with --domain')
  }
  return givenDomain(request.domain)
}

export interface SigningInput {
  readonly section: HeaderSection
  readonly index: FieldIndex
  readonly domain: string
  /** In base64. */
  readonly selector: string
  readonly bodyHash: string
  readonly now: Date
}

/** All tags but b=, in the order in which they are written. */
export function tagsOf(
  request: SignatureRequest,
  input: SigningInput,
  signedFields: readonly string[],
): SignatureTag[] {
  const { header, body } = canonicalizationOf(request)
  const now = Math.floor(input.now.getTime() / 1000)
  const timestamp = request.timestamp === undefined ? now : request.timestamp
  const tags: SignatureTag[] = [
    ['v', '1'],
    ['a', algorithmFor(request.key.type)],
    ['c', `${header}/${body}`],
    ['d', input.domain],
    ['s', input.selector],
  ]
  if (request.identity !== undefined) tags.push(['i', identityOf(request.identity, input.domain)])
  if (request.queryMethod) tags.push(['q', 'dns/txt'])
  if (timestamp !== null) tags.push(['t', secondsOf('t', timestamp)])
  if (request.expiresIn !== undefined && request.expiresIn < 1) {
    throw new DkimError('usage', 'the signature would expire immediately', 'x= must be later than t= (§3.5)')
  }
  if (request.expiresIn !== undefined) tags.push(['x', secondsOf('x', (timestamp ?? now) + request.expiresIn)])
  tags.push(['h', signedFields.join(':'), 'colon'])
  if (request.copyFields) tags.push(['z', copiedFields(input, signedFields), 'quoted'])
  tags.push(['bh', input.bodyHash, 'anywhere'])
  return tags
}

/** t= and x= are 1*12DIGIT (§3.5). */
function secondsOf(name: 't' | 'x', seconds: number): string {
  if (Number.isSafeInteger(seconds) && seconds >= 0 && seconds < 1e12) return String(seconds)
  throw new DkimError(
    'usage',
    `${name}= cannot hold the time ${seconds}`,
    'it counts the seconds since 1970, in twelve digits at most (§3.5)',
  )
}

/** s= in A-label form. */
export function selectorOf({ selector }: SignatureRequest, domain: string): string {
  const valid = givenSelector(selector)
  if (keyRecordName(valid, domain) !== undefined) return valid
  throw new DkimError('name-invalid', `"${selector}" makes a name longer than DNS allows`, 'choose a shorter selector')
}

/** i= as DKIM-quoted-printable; its domain is d= or below it. */
function identityOf(identity: string, domain: string): string {
  const at = identity.lastIndexOf('@')
  const part = at === -1 ? undefined : toDomainName(identity.slice(at + 1))
  const localPart = identity.slice(0, Math.max(0, at))
  if (part === undefined || !isLocalPart(localPart)) {
    throw new DkimError('name-invalid', `"${identity}" is not an identity`, `write user@${domain} or @${domain}`)
  }
  if (!isSubdomainOrEqual(part, domain)) {
    throw new DkimError(
      'name-invalid',
      `the identity's domain ${part} is outside ${domain}`,
      `use ${domain} or a subdomain of it (§3.5)`,
    )
  }
  return `${encodeDkimQuotedPrintable(Buffer.from(localPart, 'utf8').toString('latin1'))}@${part}`
}

/** "z= … A vertical-bar-separated list of selected header fields present when the message was signed" */
function copiedFields({ section, index }: SigningInput, signedFields: readonly string[]): string {
  return selectFields(index, signedFields, null)
    .map(field => `${field.name}:${encodeDkimQuotedPrintable(trimFws(rawValue(section, field)), '|')}`)
    .join('|')
}
