// What can be set once for all commands: in the configuration file or by a DKIM_… environment variable.

export interface SettingRow {
  /** The long option that the setting is a default of, and the commands where it is. */
  readonly commands: readonly string[]
  /** Given one of these options, the default is not applied: they mean something else. */
  readonly unless?: readonly string[]
  /** The same for dkim lookup, where it differs. */
  readonly unlessInLookup?: readonly string[]
  readonly kind: 'text' | 'list' | 'number' | 'flag' | 'path'
  readonly text: string
}

const DNS_COMMANDS = ['verify', 'lookup', 'rotate-plan']
/** Options that choose the key: if one is given, the others get no defaults. */
const KEY_CHOICE = ['key', 'selector', 'key-table', 'signing-table', 'opendkim-conf', 'revoke', 'provider']

/** Of dkim lookup: what takes its names from elsewhere. */
const LOOKUP_MODES = ['from-message', 'serve', 'lock']

export const SETTINGS = {
  domain: {
    commands: ['sign', 'keygen', 'format-record', 'lookup'],
    unless: ['key-table', 'signing-table', 'opendkim-conf', ...LOOKUP_MODES],
    kind: 'text',
    text: 'the signing domain',
  },
  selector: {
    commands: ['sign', 'format-record', 'lookup'],
    unless: KEY_CHOICE,
    // There --key is only compared with what is published.
    unlessInLookup: ['selector', 'discover', ...LOOKUP_MODES],
    kind: 'text',
    text: 'the selector of the key',
  },
  key: { commands: ['sign', 'format-record'], unless: KEY_CHOICE, kind: 'path', text: 'the signing key' },
  'out-dir': { commands: ['keygen'], kind: 'path', text: 'directory for new keys' },
  type: { commands: ['keygen'], kind: 'text', text: 'the kind of new keys' },
  bits: { commands: ['keygen'], kind: 'number', text: 'the size of new RSA keys' },
  dialect: {
    commands: ['keygen', 'format-record', 'rotate-plan'],
    unless: ['signer'],
    kind: 'text',
    text: 'the record format',
  },
  ttl: { commands: ['keygen', 'format-record'], kind: 'number', text: 'the time to live of records' },
  canonicalization: {
    commands: ['sign'],
    unless: ['opendkim-conf'],
    kind: 'text',
    text: 'the canonicalization of signatures',
  },
  headers: { commands: ['sign'], kind: 'text', text: 'the fields that are signed' },
  expires: { commands: ['sign'], kind: 'text', text: 'how long signatures are valid' },
  nameserver: {
    commands: DNS_COMMANDS,
    // A zone file alone means: no network. A default must not change that.
    unless: ['nameserver', 'dns-file', 'offline', 'resolver-set', 'serve'],
    kind: 'list',
    text: 'DNS servers to query',
  },
  timeout: { commands: DNS_COMMANDS, unless: ['wait'], kind: 'text', text: 'the DNS timeout' },
  'authserv-id': { commands: ['verify'], kind: 'text', text: 'the name in Authentication-Results' },
  'min-key-bits': { commands: ['verify'], kind: 'number', text: 'minimum RSA key size' },
  'require-signed': { commands: ['verify'], kind: 'text', text: 'fields that must be signed' },
  'require-aligned': { commands: ['verify'], kind: 'flag', text: 'accept only aligned signatures' },
  color: {
    commands: ['verify', 'lookup', 'rotate-plan'],
    unless: ['no-color'],
    kind: 'flag',
    text: 'whether to use colour',
  },
} as const satisfies Readonly<Record<string, SettingRow>>

export type SettingName = keyof typeof SETTINGS

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[]

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name)
}

/** `DKIM_MIN_KEY_BITS` */
export function variableOf(name: SettingName): string {
  return `DKIM_${name.toUpperCase().replaceAll('-', '_')}`
}

/** A value as the command line would have it: one text for each time the option is given. */
export interface Setting {
  readonly name: SettingName
  readonly values: readonly string[]
  /** For people: the file, or the variable. */
  readonly source: string
}
