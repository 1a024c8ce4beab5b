// OpenDKIM's KeyTable and SigningTable: which keys sign for which author (opendkim.conf(5)).

import { DkimError } from '../errors.js'
import { lowerAscii } from '../syntax/names.js'

/** Stands for the domain of the From address. */
const AUTHOR_DOMAIN = '%'

interface KeyTableRow {
  readonly name: string
  /** d=; null stands for the author's domain. */
  readonly domain: string | null
  readonly selector: string
  /** A path (it starts with `/`, `../` or `../../`), or the key itself as PEM or base64; `%` stands for the author's domain. */
  readonly key: string
  /** `file:line`, for errors. */
  readonly place: string
  /** The name is a pattern with `*` (a `refile:` table). */
  readonly wildcard: boolean
}

export type KeyTable = ReadonlyMap<string, KeyTableRow>

/** Kinds of data sets that OpenDKIM reads (opendkim(8), DATA SETS). */
const DATA_SETS = [
  'csl',
  'file',
  'refile',
  'db',
  'dsn',
  'ldap',
  'ldaps',
  'ldapi',
  'lua',
  'memcache',
  'mdb',
  'erlang',
  'socket',
  'odbx',
  'repute',
]

interface TableName {
  readonly path: string
  /** True for refile:, false for file:, undefined where nothing says it. */
  readonly wildcards: boolean | undefined
}

/** `FILE`, `file:FILE` or `refile:FILE`. Throws DkimError('usage') for the other kinds of data sets. */
export function tableName(text: string, setting: string): TableName {
  const [, prefix = '', path = ''] = /^([A-Za-z]+):(.*)$/s.exec(text) ?? []
  const kind = lowerAscii(prefix)
  if (kind === 'file' || kind === 'refile') return { path, wildcards: kind === 'refile' }
  // Without a prefix OpenDKIM takes a comma for a list.
  if (!DATA_SETS.includes(kind) && !(text.includes(',') && !/^\.{0,2}\//.test(text)))
    return { path: text, wildcards: undefined }
  const what = kind === '' ? 'a list' : `${kind}:`
  const hint = 'write its rows into a file, one a line, and name that: FILE, file:FILE or refile:FILE'
  throw new DkimError('usage', `the ${setting} is ${what}, which is not supported here`, hint)
}

interface SigningTableRow {
  /** In lower case. */
  readonly pattern: string
  /** Of a KeyTable row; null stands for the row named like the author's domain. */
  readonly keyName: string | null
  /** i=, where the row asks for one; `%` stands for the author's domain. */
  readonly identity: string | null
  readonly place: string
}

export interface SigningTable {
  readonly rows: readonly SigningTableRow[]
  /** True for a `refile:` table: patterns with `*`, tried in their order. False for one where the most specific key wins. */
  readonly wildcards: boolean
}

/** One signature that a message gets. */
interface TableSigner {
  readonly domain: string
  readonly selector: string
  readonly key: string
  readonly identity: string | null
  readonly place: string
}

export function isKeyPath(key: string): boolean {
  return /^\.{0,2}\//.test(key)
}

/** `name domain:selector:key` a line; with `wildcards`, `*` in a name stands for anything. Throws DkimError('key-invalid') with file and line. */
export function parseKeyTable(text: string, file: string, wildcards = false): KeyTable {
  const rows = new Map<string, KeyTableRow>()
  for (const { key: name, value, place } of tableLines(text, file)) {
    const [domain = '', selector = '', ...rest] = value.split(':')
    const key = rest.join(':')
    if (domain === '' || selector === '' || key === '') {
      throw new DkimError(
        'key-invalid',
        `${place}: the value is not domain:selector:key`,
        `as in ${name} example.com:mail:/etc/dkimkeys/mail.private`,
      )
    }
    const earlier = rows.get(name)
    if (earlier !== undefined) {
      throw new DkimError(
        'key-invalid',
        `${place}: ${name} is already defined at ${earlier.place}`,
        'names must be unique',
      )
    }
    rows.set(name, {
      name,
      domain: domain === AUTHOR_DOMAIN ? null : domain,
      selector,
      key,
      place,
      wildcard: wildcards,
    })
  }
  return rows
}

/** `pattern keyname[:identity]` a line. `wildcards` undefined: the patterns show it. */
export function parseSigningTable(text: string, file: string, wildcards?: boolean): SigningTable {
  const rows = Array.from(tableLines(text, file), ({ key, value, place }): SigningTableRow => {
    const [name = '', ...identity] = value.split(':')
    return {
      pattern: lowerAscii(key),
      keyName: name === AUTHOR_DOMAIN ? null : name,
      identity: identity.length === 0 ? null : identity.join(':'),
      place,
    }
  })
  return { rows, wildcards: wildcards ?? rows.some(({ pattern }) => needsWildcards(pattern)) }
}

/** `*` and `user@*` are keys of plain tables as well. */
function needsWildcards(pattern: string): boolean {
  return pattern !== '*' && pattern.replace(/@\*$/, '').includes('*')
}

interface TableLine {
  readonly key: string
  readonly value: string
  readonly place: string
}

function* tableLines(text: string, file: string): Generator<TableLine> {
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const content = line.replace(/(?:^|[ \t])#.*$/, '')
    if (/^[ \t]*$/.test(content)) continue
    const place = `${file}:${index + 1}`
    const match = /^[ \t]*([^ \t]+)[ \t]+([^ \t]+)[ \t]*$/.exec(content)
    if (match === null)
      throw new DkimError(
        'key-invalid',
        `${place}: expected two columns, a key and its value`,
        'separate them with white space',
      )
    yield { key: match[1]!, value: match[2]!, place }
  }
}

/** The signatures that a message of `author` (local@domain) gets: the first match, or every one where `all` is set. */
export function tableSigners(author: string, keys: KeyTable, table: SigningTable, all = false): TableSigner[] {
  const rows = matchingRows(lowerAscii(author), table)
  const domain = lowerAscii(author.slice(author.lastIndexOf('@') + 1))
  return (all ? rows : rows.slice(0, 1)).map(row => signerOf(row, domain, keys))
}

function signerOf(row: SigningTableRow, domain: string, keys: KeyTable): TableSigner {
  const name = row.keyName ?? domain
  const key = keyNamed(name, keys)
  if (key === undefined) {
    throw new DkimError(
      'key-invalid',
      `${row.place}: no key is named ${name}`,
      'add a row with this name to the KeyTable',
    )
  }
  return {
    domain: key.domain ?? domain,
    selector: key.selector,
    key: key.key.replaceAll(AUTHOR_DOMAIN, domain),
    identity: row.identity?.replaceAll(AUTHOR_DOMAIN, domain) ?? null,
    place: key.place,
  }
}

/** In a refile: table the first row that matches wins, whatever stands below it. */
function keyNamed(name: string, keys: KeyTable): KeyTableRow | undefined {
  const [first] = keys.values()
  if (!first?.wildcard) return keys.get(name)
  const text = lowerAscii(name)
  for (const row of keys.values()) if (matchesWildcard(lowerAscii(row.name), text)) return row
  return undefined
}

function matchingRows(author: string, { rows, wildcards }: SigningTable): SigningTableRow[] {
  if (wildcards) return rows.filter(({ pattern }) => matchesWildcard(pattern, author))
  return plainKeys(author).flatMap(key => rows.filter(({ pattern }) => pattern === key))
}

/** What a plain table is asked for, in this order: the address, its host, then ever wider domains. */
function plainKeys(author: string): string[] {
  const at = author.lastIndexOf('@')
  const user = author.slice(0, at)
  const host = author.slice(at + 1)
  const labels = host.split('.')
  const wider = labels.slice(1).map((_, index) => `.${labels.slice(index + 1).join('.')}`)
  return [author, host, ...wider.map(domain => `${user}@${domain}`), ...wider, `${user}@*`, '*']
}

/** `*` stands for any run of characters. Linear in practice and bounded by length times length: no regular expression is built. */
function matchesWildcard(pattern: string, text: string): boolean {
  let at = 0
  let star = -1
  let retry = 0
  let index = 0
  while (index < text.length) {
    if (pattern[at] === '*') {
      star = at
      at += 1
      retry = index
    } else if (pattern[at] === text[index]) {
      at += 1
      index += 1
    } else if (star !== -1) {
      at = star + 1
      retry += 1
      index = retry
    } else return false
  }
  while (pattern[at] === '*') at += 1
  return at === pattern.length
}
