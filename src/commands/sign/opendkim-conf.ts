// opendkim.conf(5), as far as it says who signs and how; other settings that would change the signature are reported.

import { DkimError } from '../../core/errors.js'
import { readSecretFile } from '../io/small-file.js'

export interface OpendkimConf {
  readonly file: string
  readonly keyTable?: string
  readonly signingTable?: string
  /** The domains whose mail is signed. */
  readonly domains?: readonly string[]
  readonly selector?: string
  readonly keyFile?: string
  /** As c= has it. */
  readonly canonicalization?: string
  readonly multipleSignatures: boolean
  /** Settings that change a signature of OpenDKIM and are not taken over. */
  readonly ignored: readonly string[]
}

/** They change what is signed, or how. */
const ELSEWHERE = new Set([
  ...[
    'include',
    'omitheaders',
    'oversignheaders',
    'signheaders',
    'senderheaders',
    'signaturealgorithm',
    'signaturettl',
  ],
  ...['bodylengthdb', 'subdomains', 'diagnostics', 'exemptdomains', 'internalhosts', 'selectcanonicalizationheader'],
  ...['requestreports', 'senderidentity', 'identityheader', 'finalpolicyscript', 'setuppolicyscript', 'resignall'],
])

/** Throws DkimError. */
export function readOpendkimConf(file: string): OpendkimConf {
  const settings = new Map<string, string>()
  const ignored: string[] = []
  for (const line of readSecretFile(file)
    .bytes.toString('utf8')
    .split(/\r\n|\n|\r/)) {
    const [, name, value = ''] = /^[ \t]*([A-Za-z0-9_-]+)(?:[ \t]+(.*?))?[ \t]*$/.exec(line.replace(/#.*$/, '')) ?? []
    if (name === undefined) continue
    // A second line of one name takes the place of the first.
    settings.set(name.toLowerCase(), value)
    if (ELSEWHERE.has(name.toLowerCase()) && !ignored.includes(name)) ignored.push(name)
  }
  const text = (name: string): string | undefined => settings.get(name) || undefined
  const domains = text('domain')
    ?.split(/[ \t,]+/)
    .filter(item => item !== '')
  const [keyTable, signingTable, selector, keyFile] = ['keytable', 'signingtable', 'selector', 'keyfile'].map(text)
  const canonicalization = text('canonicalization')
  if (keyTable === undefined && keyFile === undefined) {
    throw new DkimError('usage', `${file} names no KeyTable and no KeyFile`, 'name the key with --key and --selector')
  }
  return {
    file,
    ...(keyTable === undefined ? {} : { keyTable }),
    ...(signingTable === undefined ? {} : { signingTable }),
    ...(domains === undefined ? {} : { domains }),
    ...(selector === undefined ? {} : { selector }),
    ...(keyFile === undefined ? {} : { keyFile }),
    ...(canonicalization === undefined ? {} : { canonicalization: canonicalization.toLowerCase() }),
    multipleSignatures: /^(?:yes|true|1)$/i.test(text('multiplesignatures') ?? ''),
    ignored,
  }
}
