// Links rewritten by click-time protection: the old address is inside the new one, and can be put back.

import type { BodyFamily } from '../body-hypothesis.js'

/** The old address, null where this is no link of that kind. */
type Unwrap = (link: string) => string | null

const KNOWN: readonly Unwrap[] = [
  link =>
    /^https:\/\/[a-z0-9-]{1,60}\.safelinks\.protection\.outlook\.com\/\?/i.test(link) ? parameter(link, ['url']) : null,
  link => {
    if (!/^https:\/\/urldefense\.com\/v3\/__/i.test(link)) return null
    const end = link.indexOf('__;', 30)
    return end === -1 ? null : withStars(link.slice(link.indexOf('/v3/__') + 6, end), link.slice(end + 3))
  },
  link => {
    if (!/^https:\/\/urldefense\.(?:proofpoint\.)?com\/v[12]\/url\?/i.test(link)) return null
    const value = rawParameter(link, ['u'])
    return value === null ? null : decoded(value.replace(/-/g, '%').replace(/_/g, '/'))
  },
]

/** Version 3 writes `*` for characters that stand after the address as base64; runs (`**X`) are not decoded. */
function withStars(address: string, rest: string): string | null {
  if (!address.includes('*')) return address
  const end = rest.indexOf('!!')
  if (end === -1 || address.includes('**')) return null
  const characters = [...Buffer.from(rest.slice(0, end), 'base64url').toString('utf8')]
  if (characters.length !== address.split('*').length - 1) return null
  let next = 0
  return Buffer.from(
    address.replace(/\*/g, () => characters[next++] ?? ''),
    'utf8',
  ).toString('latin1')
}

/** Other services keep the old address in a parameter or behind their own path. */
const GENERAL: readonly Unwrap[] = [
  link => parameter(link, ['url', 'u', 'a', 'target', 'redirect', 'domain', 'q']),
  link => {
    const inner = link.indexOf('/http', 8)
    return inner === -1 ? null : decoded(link.slice(inner + 1))
  },
]

function rawParameter(link: string, names: readonly string[]): string | null {
  const query = link.slice(link.indexOf('?') + 1).split(/&(?:amp;)?/)
  for (const item of query) {
    const equals = item.indexOf('=')
    if (equals !== -1 && names.includes(item.slice(0, equals).toLowerCase())) return item.slice(equals + 1)
  }
  return null
}

function parameter(link: string, names: readonly string[]): string | null {
  const value = rawParameter(link, names)
  if (value === null || !/^https?(?::|%3a)/i.test(value)) return null
  return decoded(value)
}

function decoded(text: string): string {
  try {
    return Buffer.from(decodeURIComponent(text), 'utf8').toString('latin1')
  } catch {
    return text
  }
}

// What ends a link consumes it, so that the search is linear.
const LINK = /https?:\/\/[^"' \t\r\n<>()]{4,4000}/gi

export interface RewrittenLink {
  readonly link: string
  readonly original: string
}

/** Links of services that keep to their own hosts and forms. */
export function rewrittenLinks(text: string): RewrittenLink[] {
  const found: RewrittenLink[] = []
  for (const [link] of text.matchAll(LINK)) {
    const original = KNOWN.map(unwrap => unwrap(link)).find(address => address !== null)
    if (original != null) found.push({ link, original })
    if (found.length >= 50) break
  }
  return found
}

export const links: BodyFamily = function* ({ text }) {
  for (const unwraps of [KNOWN, ...[...KNOWN, ...GENERAL].map(unwrap => [unwrap]), [...KNOWN, ...GENERAL]]) {
    for (const form of FORMS) {
      const body = text.replace(LINK, link => {
        const original = unwraps.map(unwrap => unwrap(link)).find(address => address !== null)
        return original == null ? link : form(original)
      })
      if (body === text) break
      yield { code: 'links-rewritten', body, text: 'links were rewritten' }
    }
  }
}

const FORMS: readonly ((address: string) => string)[] = [
  address => address,
  address => address.replace(/\/$/, ''),
  address => address.replace(/&(?!amp;)/g, '&amp;'),
]
