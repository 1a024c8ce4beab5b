// The keys that sign: from --key and --selector pairs, or from OpenDKIM's tables. Each file is read, and each passphrase asked for, once.

import type { SignatureRequest } from '../../core/dkim/signature-request.js'
import { DkimError } from '../../core/errors.js'
import {
  isKeyPath,
  type KeyTable,
  parseKeyTable,
  parseSigningTable,
  type SigningTable,
  tableName,
  tableSigners,
} from '../../core/keys/key-table.js'
import { importPrivateKey, type PrivateKey } from '../../core/keys/private-key.js'
import { decodeBase64 } from '../../core/syntax/base64.js'
import { givenDomain } from '../../core/syntax/given-name.js'
import { textBytes } from '../../core/syntax/text-file.js'
import type { Context } from '../context.js'
import { askPassphrase, passphraseFromFile } from '../io/passphrase.js'
import { readSecretFile } from '../io/small-file.js'
import { say } from '../stderr.js'
import type { OpendkimConf } from './opendkim-conf.js'

export interface KeyOptions {
  readonly key?: readonly string[]
  readonly selector?: readonly string[]
  readonly domain?: readonly string[]
  readonly opendkimConf?: string
  readonly keyTable?: string
  readonly signingTable?: string
  readonly multipleSignatures?: boolean
  readonly passphraseFile?: string
  readonly requireSafeKeys?: boolean
  readonly quiet?: boolean
}

/** Who signs, as far as it does not depend on the other options. */
export type KeyRequest = Pick<SignatureRequest, 'key' | 'selector' | 'domain' | 'identity'>

export interface SigningKeys {
  /** The signatures that a message gets; `author` is its From address, null where that is no single plain address. */
  readonly choose: (author: () => string | null) => Promise<readonly KeyRequest[]>
  /** The files of keys, tables and passphrases: nothing is written to them. */
  readonly files: () => readonly string[]
}

export async function loadSigningKeys(
  options: KeyOptions,
  context: Context,
  conf?: OpendkimConf,
): Promise<SigningKeys> {
  const ring = new KeyRing(options, context)
  if (conf !== undefined) return confKeys(options, conf, ring)
  if (options.keyTable === undefined && options.signingTable === undefined) {
    const requests = await pairs(options, ring)
    return { choose: async () => requests, files: () => filesOf(options, options.key) }
  }
  return tables(options, ring)
}

/** As OpenDKIM does it: a KeyTable goes with a SigningTable, or else with one key for the mail of the given domains. */
async function confKeys(options: KeyOptions, conf: OpendkimConf, ring: KeyRing): Promise<SigningKeys> {
  const { key, selector, domain, keyTable, signingTable } = options
  if (key ?? selector ?? domain ?? keyTable ?? signingTable) {
    const hint = 'leave out --key, --selector, --domain, --key-table and --signing-table'
    throw new DkimError('usage', 'opendkim.conf names the keys already', hint)
  }
  if (conf.signingTable !== undefined && conf.keyTable !== undefined) {
    const { keyTable: keys, signingTable: signers, multipleSignatures } = conf
    const all = options.multipleSignatures === true || multipleSignatures
    return tables({ ...options, keyTable: keys, signingTable: signers, multipleSignatures: all }, ring)
  }
  const { file, keyFile, domains = [] } = conf
  const missing = [
    ...(keyFile === undefined ? ['KeyFile'] : []),
    ...(conf.selector === undefined ? ['Selector'] : []),
    ...(domains.length === 0 ? ['Domain'] : []),
  ]
  if (keyFile === undefined || conf.selector === undefined || missing.length > 0) {
    const hint = 'it needs KeyTable and SigningTable, or KeyFile, Selector and Domain'
    throw new DkimError('usage', `${file} does not say ${missing.join(' and ')}`, hint)
  }
  const names = confDomains(domains)
  const request = { key: await ring.fromFile(keyFile), selector: conf.selector }
  const choose: SigningKeys['choose'] = async author => {
    const address = author()
    const from = address === null ? null : givenDomain(address.slice(address.lastIndexOf('@') + 1))
    if (from !== null && names.includes(from)) return [{ ...request, domain: from }]
    const message = `${file} signs for ${names.join(', ')}, and From is ${from ?? 'no single plain address'}`
    throw new DkimError(
      'message-refused',
      message,
      'add the domain to Domain, or name the key with --key and --selector',
    )
  }
  return { choose, files: () => filesOf(options, [keyFile]) }
}

function filesOf({ opendkimConf, passphraseFile }: KeyOptions, keys: readonly string[] = []): string[] {
  return [opendkimConf, passphraseFile, ...keys].filter(file => file !== undefined)
}

function confDomains(domains: readonly string[]): readonly string[] {
  const other = domains.find(name => /[:/*]/.test(name))
  if (other === undefined) return domains.map(givenDomain)
  throw new DkimError(
    'usage',
    `the Domain ${other} is not supported here`,
    'list the domains themselves: Domain example.com,example.org',
  )
}

async function pairs(options: KeyOptions, ring: KeyRing): Promise<readonly KeyRequest[]> {
  const { key: files = [], selector: selectors = [], domain: domains = [] } = options
  if (files.length === 0)
    throw new DkimError('usage', 'there is no key to sign with', 'name it with --key FILE --selector NAME')
  if (selectors.length !== files.length) {
    const counts = `${counted(files, '--key')} and ${counted(selectors, '--selector')}`
    throw new DkimError(
      'usage',
      counts,
      'each key has a selector of its own: --key FILE --selector NAME, in this order',
    )
  }
  if (domains.length > 1 && domains.length !== files.length) {
    const counts = `${counted(files, '--key')} and ${counted(domains, '--domain')}`
    throw new DkimError('usage', counts, 'give --domain once, or once per key')
  }
  const requests: KeyRequest[] = []
  for (const [index, file] of files.entries()) {
    const domain = domains[index] ?? domains[0]
    const key = await ring.fromFile(file)
    requests.push({ key, selector: selectors[index]!, ...(domain === undefined ? {} : { domain }) })
  }
  return requests
}

function counted(values: readonly string[], option: string): string {
  return values.length === 0 ? `no ${option}` : `${values.length} ${option}`
}

function tables(options: KeyOptions, ring: KeyRing): SigningKeys {
  const { keyTable, signingTable, multipleSignatures } = options
  if (keyTable === undefined || signingTable === undefined) {
    throw new DkimError('usage', 'both tables are required', 'give both, --key-table FILE and --signing-table FILE')
  }
  if (options.key ?? options.selector ?? options.domain) {
    throw new DkimError('usage', 'the tables already name the keys', 'omit --key, --selector and --domain')
  }
  const keyFile = tableName(keyTable, 'KeyTable')
  const { path, wildcards } = tableName(signingTable, 'SigningTable')
  const keys: KeyTable = parseKeyTable(textOf(keyFile.path), keyFile.path, keyFile.wildcards)
  const table: SigningTable = parseSigningTable(textOf(path), path, wildcards)
  const choose: SigningKeys['choose'] = async author => {
    const address = author()
    if (address === null) {
      throw new DkimError(
        'message-refused',
        'cannot choose a key: the From field has no single address',
        'name the key with --key and --selector',
      )
    }
    const signers = tableSigners(address, keys, table, multipleSignatures)
    if (signers.length === 0)
      throw new DkimError('usage', `no row of ${path} matches ${address}`, 'add a row, or pass --key and --selector')
    const requests: KeyRequest[] = []
    for (const { key, place, domain, selector, identity } of signers) {
      const signing = isKeyPath(key) ? await ring.fromFile(key) : ring.fromText(key, place)
      requests.push({ key: signing, domain, selector, ...(identity === null ? {} : { identity }) })
    }
    return requests
  }
  const named = [...keys.values()].map(({ key }) => key).filter(isKeyPath)
  return { choose, files: () => filesOf(options, [keyFile.path, path, ...named, ...ring.paths]) }
}

/** A table may hold keys, so that it is treated as one. */
function textOf(path: string): string {
  return Buffer.from(textBytes(readSecretFile(path).bytes, path, 'key-invalid')).toString('utf8')
}

class KeyRing {
  readonly #options: KeyOptions
  readonly #context: Context
  readonly #keys = new Map<string, PrivateKey>()
  #passphrase: string | undefined

  constructor(options: KeyOptions, context: Context) {
    this.#options = options
    this.#context = context
  }

  /** Of the keys that were read. */
  get paths(): Iterable<string> {
    return this.#keys.keys()
  }

  async fromFile(path: string): Promise<PrivateKey> {
    const known = this.#keys.get(path)
    if (known !== undefined) return known
    const { bytes, exposures } = readSecretFile(path)
    const key = await this.#open(bytes, path)
    for (const exposure of exposures) this.#expose(`${path} is insecure: ${exposure}`)
    this.#keys.set(path, key)
    return key
  }

  /** A key written into the table itself: PEM without line ends, or base64 of DER. */
  fromText(text: string, place: string): PrivateKey {
    const name = `the key at ${place}`
    return importPrivateKey(decodeBase64(text) ?? Buffer.from(text, 'latin1'), { name })
  }

  #expose(text: string): void {
    if (this.#options.requireSafeKeys)
      throw new DkimError('key-unreadable', text, 'fix it, or omit --require-safe-keys')
    if (!this.#options.quiet) say(this.#context, 'warning', text)
  }

  async #open(bytes: Buffer, name: string): Promise<PrivateKey> {
    const { passphraseFile } = this.#options
    if (passphraseFile !== undefined) this.#passphrase ??= passphraseFromFile(passphraseFile)
    try {
      return importPrivateKey(bytes, {
        name,
        ...(this.#passphrase === undefined ? {} : { passphrase: this.#passphrase }),
      })
    } catch (error) {
      if (!(error instanceof DkimError) || error.code !== 'key-passphrase' || passphraseFile !== undefined) throw error
    }
    return importPrivateKey(bytes, { name, passphrase: await askPassphrase(name, this.#context) })
  }
}
