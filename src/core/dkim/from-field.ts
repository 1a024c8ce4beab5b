// The author domain of a message, read from its From field by the grammar of RFC 5322 §3.4 (RFC 6532, RFC 6854), and alignment with it.
// Where readers would differ in whose address it is, the domain is indeterminate: the obsolete forms (§4.4) are not read at all.

import { INVISIBLE } from '../syntax/invisible.js'
import { isSubdomainOrEqual, latin1ToUtf8, toDomainName } from '../syntax/names.js'
import { type FieldIndex, type HeaderSection, indexFields, parseHeaderSection, rawValue, unfold } from './header.js'
import { LineEndNormalizer } from './line-endings.js'
import { MessageSplitter } from './message.js'
import type { Alignment } from './result.js'

const MAX_LENGTH = 4096

/** The domain in lower case A-label form; null where it is missing, ambiguous or malformed. */
export function authorDomain(section: HeaderSection, index: FieldIndex): string | null {
  return readMailboxes(section, index)?.[0]?.domain ?? null
}

/** The author's address of a message with any line ends, reading only its header section; null as for its domain. Of several, the first. */
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
  if (section === undefined) return null
  const first = readMailboxes(section, indexFields(section.fields))?.[0]
  return first === undefined ? null : `${first.localPart}@${first.domain}`
}

interface Mailbox {
  /** As written, with its quotation marks. */
  readonly localPart: string
  readonly domain: string
}

/** Some parsers end lines at these, and these reorder what a reader is shown, wherever in the field they are. */
const DISRUPTIVE = /[\0-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/

/** The mailboxes of the only From field, all of one domain; null where it has none, or not every reader would find these. */
function readMailboxes(section: HeaderSection, index: FieldIndex): readonly Mailbox[] | null {
  const fields = index.get('from')
  if (fields === undefined || fields.length !== 1) return null
  const value = latin1ToUtf8(unfold(rawValue(section, fields[0]!)))
  if (value === undefined || value.length > MAX_LENGTH || DISRUPTIVE.test(value)) return null
  const tokens = tokenize(value)
  const mailboxes = tokens === null ? null : new AddressList(tokens).read()
  return mailboxes?.every(({ domain }) => domain === mailboxes[0]!.domain) ? mailboxes : null
}

/** A word, or one of the specials `< > @ , : ;`. */
interface Token {
  readonly kind: 'dots' | 'quoted' | 'special'
  readonly text: string
}

/** `dots` is a dot-atom-text, or in a phrase also words with dots, as in "J. R. Doe" (obs-phrase: everyone writes it). */
const TOKEN = new RegExp(
  [
    "(?<dots>[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\\u0080-\\u{10ffff}-]+)",
    '(?<quoted>"(?:[^"\\\\]|\\\\[\\t\\u0020-\\u{10ffff}])*")',
    '(?<special>[<>@,:;])',
    '[ \\t]+',
  ].join('|'),
  'uy',
)

/** The tokens of a field body without CFWS; null where a character has no place in one, or a comment could be taken for an address. */
function tokenize(text: string): Token[] | null {
  const tokens: Token[] = []
  for (let position = 0; position < text.length; ) {
    if (text[position] === '(') {
      const end = endOfComment(text, position)
      if (end === -1 || looksLikeAddress(text.slice(position, end))) return null
      position = end
      continue
    }
    TOKEN.lastIndex = position
    const found = TOKEN.exec(text)
    if (found === null) return null
    position = TOKEN.lastIndex
    for (const kind of ['dots', 'quoted', 'special'] as const) {
      const word = found.groups?.[kind]
      if (word !== undefined) tokens.push({ kind, text: word })
    }
  }
  return tokens
}

/** comment = "(" *([FWS] ccontent) [FWS] ")", and ccontent may be a comment. The index after it, -1 where it has no end. */
function endOfComment(text: string, start: number): number {
  let depth = 0
  for (let index = start; index < text.length; index += 1) {
    const character = text[index]
    if (character === '\\') index += 1
    else if (character === '(') depth += 1
    else if (character === ')') {
      depth -= 1
      if (depth === 0) return index + 1
    }
  }
  return -1
}

const UNSEEN = new RegExp(`[${INVISIBLE}]|(?! )\\p{Zs}`, 'u')

/** True for text in which a reader without quoted-strings and comments, one that decodes first, or a person would see an address. */
function looksLikeAddress(text: string): boolean {
  // U+FF20, U+FE6B and the like are "@" after NFKC.
  return /[@<>]/.test(text.normalize('NFKC')) || text.includes('=?')
}

/** Reads address-list = address *("," address) from tokens. */
class AddressList {
  readonly #tokens: readonly Token[]
  readonly #mailboxes: Mailbox[] = []
  #position = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  /** One mailbox or more; null where the text is not such a list. */
  read(): readonly Mailbox[] | null {
    do if (!this.#address()) return null
    while (this.#takes(','))
    return this.#position === this.#tokens.length && this.#mailboxes.length > 0 ? this.#mailboxes : null
  }

  /** address = mailbox / group; group = display-name ":" [mailbox-list] ";" */
  #address(): boolean {
    const phrase = this.#phrase()
    if (phrase.length === 0 || !this.#takes(':')) return this.#mailbox(phrase)
    if (phrase.some(({ text }) => looksLikeAddress(text))) return false
    if (this.#takes(';')) return true
    do if (!this.#mailbox(this.#phrase())) return false
    while (this.#takes(','))
    return this.#takes(';')
  }

  /** mailbox = [display-name] angle-addr / addr-spec, after the words in front. */
  #mailbox(phrase: readonly Token[]): boolean {
    if (this.#takes('<')) return this.#addrSpec(this.#phrase()) && this.#takes('>')
    return this.#addrSpec(phrase)
  }

  /** addr-spec = local-part "@" domain; each is one word: comments and white space inside one are obsolete (§4.4). */
  #addrSpec(words: readonly Token[]): boolean {
    const [local] = words
    if (words.length !== 1 || local === undefined || !isPlainLocalPart(local) || !this.#takes('@')) return false
    const domain = this.#phrase()
    const name = domain.length === 1 && domain[0]!.kind === 'dots' ? toDomainName(domain[0]!.text) : undefined
    if (name === undefined) return false
    this.#mailboxes.push({ localPart: local.text, domain: name })
    return true
  }

  #phrase(): readonly Token[] {
    const start = this.#position
    while (this.#position < this.#tokens.length && this.#tokens[this.#position]!.kind !== 'special') this.#position += 1
    return this.#tokens.slice(start, this.#position)
  }

  #takes(special: string): boolean {
    const token = this.#tokens[this.#position]
    const found = token?.kind === 'special' && token.text === special
    if (found) this.#position += 1
    return found
  }
}

/** False also for what other readers take for another address, and for what cannot be seen. */
function isPlainLocalPart({ kind, text }: Token): boolean {
  if (kind === 'dots' && !text.split('.').every(atom => atom !== '')) return false
  // Quoted-pairs may hide what a reader would see: `"ceo\@bank.test"`.
  return !looksLikeAddress(text.replaceAll('\\', '')) && !UNSEEN.test(text)
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
