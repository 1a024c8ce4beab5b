// The author domain of a message, read strictly from its From field (RFC 5322 §3.4, RFC 6532), and alignment with it.
// Readers differ in what they make of odd addresses, so that everything but the plain forms counts as indeterminate.

import { isSubdomainOrEqual, latin1ToUtf8, toDomainName } from '../syntax/names.js'
import { trimWsp } from '../syntax/white-space.js'
import { type FieldIndex, type HeaderSection, indexFields, parseHeaderSection, rawValue, unfold } from './header.js'
import { LineEndNormalizer } from './line-endings.js'
import { MessageSplitter } from './message.js'
import type { Alignment } from './result.js'

const ATEXT = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\u0080-\\u{10ffff}-]"
const DOT_ATOM = `${ATEXT}+(?:\\.${ATEXT}+)*`
const QUOTED = '"(?:[^"\\\\\\u0000-\\u0008\\u000a-\\u001f\\u007f]|\\\\[\\u0020-\\u007e\\u0080-\\u{10ffff}])*"'
const ADDRESS = `(?:${DOT_ATOM}|${QUOTED})@(?<domain>[^\\u0000-\\u0020@<>()[\\],;:"\\\\]+)`
const BARE = new RegExp(`^${ADDRESS}$`, 'u')
const ANGLE = new RegExp(`^<${ADDRESS}>$`, 'u')
const WORDS = new RegExp(`^(?:${ATEXT}|\\.|${QUOTED}|[ \\t])*$`, 'u')

const MAX_LENGTH = 4096

/** The domain in lower case A-label form; null where it is missing, ambiguous or oddly written. */
export function authorDomain(section: HeaderSection, index: FieldIndex): string | null {
  const written = writtenAddress(section, index)?.groups?.['domain']
  return (written === undefined ? undefined : toDomainName(written)) ?? null
}

/** The same with its local-part: `local@domain`. */
function authorAddress(section: HeaderSection, index: FieldIndex): string | null {
  const match = writtenAddress(section, index)
  const written = match?.groups?.['domain'] ?? ''
  const domain = toDomainName(written)
  if (match === null || domain === undefined) return null
  const localPart = match[0].replace(/^</, '').slice(0, -written.length - (match[0].endsWith('>') ? 2 : 1))
  return `${localPart}@${domain}`
}

function writtenAddress(section: HeaderSection, index: FieldIndex): RegExpExecArray | null {
  const fields = index.get('from')
  if (fields === undefined || fields.length !== 1) return null
  const value = latin1ToUtf8(unfold(rawValue(section, fields[0]!)))
  if (value === undefined || value.length > MAX_LENGTH) return null
  const text = trimWsp(value)
  return text.endsWith('>') ? mailboxAddress(text) : BARE.exec(text)
}

/** The author's address of a message of whatever line ends, read no further than its header section; null as for its domain. */
export function readAuthor(message: Iterable<Uint8Array>): string | null {
  let section: HeaderSection | undefined
  const splitter = new MessageSplitter({
    header: bytes => {
      section = parseHeaderSection(bytes)
    },
    body: () => undefined,
  })
  const lines = new LineEndNormalizer(chunk => splitter.write(chunk))
  for (const chunk of message) {
    lines.write(chunk)
    if (section !== undefined) break
  }
  splitter.end()
  return section === undefined ? null : authorAddress(section, indexFields(section.fields))
}

/** [display-name] "<" addr-spec ">" */
function mailboxAddress(text: string): RegExpExecArray | null {
  const open = text.lastIndexOf('<')
  if (open === -1 || !WORDS.test(text.slice(0, open))) return null
  return ANGLE.exec(text.slice(open))
}

/** True where the two could share an organizational domain, judged without the public suffix list: they end in the same two labels. */
export function mayAlign(signingDomain: string, author: string): boolean {
  return lastTwoLabels(signingDomain) === lastTwoLabels(author)
}

function lastTwoLabels(domain: string): string {
  return domain.split('.').slice(-2).join('.')
}

/** The organizational domain: one label below the public suffix; null for a public suffix itself. */
export type OrganizationalDomain = (domain: string) => string | null

/** The public suffix list is loaded only for domains that differ and might align. */
export async function loadOrganizationalDomain(): Promise<OrganizationalDomain> {
  const { getDomain } = await import('tldts')
  return domain => getDomain(domain, { allowPrivateDomains: true, extractHostname: false })
}

export function alignmentOf(
  signing: string | null,
  author: string | null,
  organizational: OrganizationalDomain | null,
): Alignment {
  if (author === null) return 'indeterminate'
  if (signing === null) return 'none'
  if (signing === author) return 'strict'
  if (!mayAlign(signing, author) || organizational === null) return 'none'
  const domain = organizational(author)
  // A public suffix aligns with nothing but itself.
  return domain !== null && isSubdomainOrEqual(signing, domain) && organizational(signing) === domain
    ? 'relaxed'
    : 'none'
}
