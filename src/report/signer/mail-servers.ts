// Mail servers and programs that sign themselves.

import { byDomain, type Signer, type SignerKey } from './signer.js'

// Exim: options of the smtp transport. The domain is compared with From but never taken from it, since that would be tainted data.

const AUTHOR = '${domain:${address:$h_from:}}'

function domainItem(domain: string): string {
  return `\${if eqi{${AUTHOR}}{${domain}}{${domain}}}`
}

/** The value for the domain at hand, out of those of all domains. */
function choose(variable: string, choices: readonly (readonly [string, string])[]): string {
  const [only, ...others] = choices
  if (only === undefined) return ''
  const [match, value] = only
  return others.length === 0 ? value : `\${if eq{$${variable}}{${match}}{${value}}{${choose(variable, others)}}}`
}

function keyFile([, own]: readonly [string, readonly SignerKey[]]): string {
  return choose(
    'dkim_selector',
    own.map(({ selector, path }) => [selector, path] as const),
  )
}

export const exim: Signer = {
  name: 'Exim',
  ed25519: 'yes',
  keyPath: (selector, domain) => `/etc/exim4/dkim/${domain}.${selector}.key`,
  reader: 'Debian-exim',
  reload: 'exim -bV && systemctl reload exim4',
  sections: keys => {
    const domains = byDomain(keys)
    const selectors = domains.map(([domain, own]) => [domain, own.map(({ selector }) => selector).join(' : ')] as const)
    const files = domains.map(entry => [entry[0], keyFile(entry)] as const)
    return [
      {
        file: 'the options of the transport that delivers to other hosts (remote_smtp)',
        comment: '#',
        lines: [
          `  dkim_domain = ${domains.map(([domain]) => domainItem(domain)).join(' : ')}`,
          `  dkim_selector = ${choose('dkim_domain', selectors)}`,
          `  dkim_private_key = ${choose('dkim_domain', files)}`,
          '  dkim_canon = relaxed',
          '  dkim_strict = true',
        ],
      },
    ]
  },
}

// Haraka: a directory for each domain with the key and the selector; the selector is written last, because it switches over.

export const haraka: Signer = {
  name: 'Haraka',
  ed25519: 'doubtful',
  keyPath: (_, domain) => `/etc/haraka/config/dkim/${domain}/private`,
  reader: 'haraka',
  reload: 'systemctl restart haraka',
  sections: keys => [
    { file: '/etc/haraka/config/plugins', comment: '#', lines: ['dkim'] },
    {
      file: '/etc/haraka/config/dkim.ini',
      comment: '#',
      lines: [
        '[sign]',
        'enabled=true',
        'headers=From, To, Cc, Subject, Date, Reply-To, Message-ID, MIME-Version, Content-Type',
      ],
    },
    ...byDomain(keys).map(([domain, [key]]) => ({
      file: `/etc/haraka/config/dkim/${domain}/selector (this one line, nothing else)`,
      comment: '#' as const,
      lines: [key?.selector ?? ''],
    })),
  ],
}

// KumoMTA: signers made and used in its Lua policy.

const KUMOMTA_HEADERS = [
  'From',
  'To',
  'Subject',
  'Date',
  'MIME-Version',
  'Content-Type',
  'Sender',
  'Reply-To',
  'Message-ID',
]

function signerLines({ selector, domain, type, path }: SignerKey): string[] {
  return [
    `  if sender and sender.domain == '${domain}' then`,
    `    message:dkim_sign(kumo.dkim.${type === 'rsa' ? 'rsa_sha256_signer' : 'ed25519_signer'} {`,
    `      domain = '${domain}',`,
    `      selector = '${selector}',`,
    `      headers = { ${KUMOMTA_HEADERS.map(name => `'${name}'`).join(', ')} },`,
    `      key = '${path}',`,
    '    })',
    '  end',
  ]
}

export const kumomta: Signer = {
  name: 'KumoMTA',
  ed25519: 'yes',
  keyPath: (selector, domain) => `/opt/kumomta/etc/dkim/${domain}/${selector}.key`,
  reader: 'kumod',
  reload: 'systemctl restart kumomta',
  sections: keys => [
    {
      file: '/opt/kumomta/etc/policy/init.lua',
      comment: '--',
      lines: [
        "kumo.on('smtp_server_message_received', function(message)",
        '  local sender = message:from_header()',
        ...keys.flatMap(signerLines),
        'end)',
      ],
    },
  ],
}

// maddy: the modifier dkim, in the block that takes mail from users.

export const maddy: Signer = {
  name: 'maddy',
  ed25519: 'yes',
  keyPath: (selector, domain) => `/var/lib/maddy/dkim_keys/${domain}_${selector}.key`,
  reader: 'maddy',
  reload: 'systemctl reload maddy',
  sections: keys => [
    {
      file: '/etc/maddy/maddy.conf, inside the source block of the submission endpoint',
      comment: '#',
      lines: [
        'modify {',
        ...keys.flatMap(({ selector, domain, path }) => [
          '    dkim {',
          `        domains ${domain}`,
          `        selector ${selector}`,
          `        key_path ${path}`,
          '    }',
        ]),
        '}',
      ],
    },
  ],
}

// Nodemailer: the option dkim of a transport, in JavaScript.

const entry = ({ selector, domain, path }: SignerKey): string =>
  `{ domainName: '${domain}', keySelector: '${selector}', privateKey: readFileSync('${path}', 'utf8') }`

export const nodemailer: Signer = {
  name: 'Nodemailer',
  ed25519: 'doubtful',
  keyPath: (selector, domain) => `/etc/dkim/${domain}.${selector}.pem`,
  reader: null,
  reload: 'restart the program',
  sections: keys => [
    {
      file: 'where the transport is made',
      comment: '//',
      lines: [
        "import { readFileSync } from 'node:fs'",
        '',
        'const transport = nodemailer.createTransport({',
        '  // … host, port, auth as before',
        ...(keys.length === 1
          ? [`  dkim: ${entry(keys[0]!)},`]
          : ['  dkim: {', '    keys: [', ...keys.map(key => `      ${entry(key)},`), '    ],', '  },']),
        '})',
      ],
    },
  ],
}

// PowerMTA: a domain-key directive for each key.

export const powermta: Signer = {
  name: 'PowerMTA',
  ed25519: 'doubtful',
  keyPath: (selector, domain) => `/etc/pmta/dkim/${domain}.${selector}.pem`,
  reader: 'pmta',
  reload: 'pmta reload',
  sections: keys => [
    {
      file: '/etc/pmta/config',
      comment: '#',
      lines: [
        ...keys.map(({ selector, domain, path }) => `domain-key ${selector},${domain},${path}`),
        '<domain *>',
        '  dkim-sign yes',
        '</domain>',
      ],
    },
  ],
}

// Stalwart (configuration in TOML): one signature for each key, and who uses it.

const stalwartId = ({ selector, domain }: SignerKey): string => `${selector}._domainkey.${domain}`

const STALWART_HEADERS = [
  'From',
  'To',
  'Cc',
  'Date',
  'Subject',
  'Message-ID',
  'Reply-To',
  'MIME-Version',
  'Content-Type',
]

export const stalwart: Signer = {
  name: 'Stalwart',
  ed25519: 'yes',
  keyPath: (selector, domain) => `/opt/stalwart/etc/dkim/${domain}.${selector}.key`,
  reader: 'stalwart',
  reload: 'stalwart-cli server reload-config',
  sections: keys => [
    {
      file: '/opt/stalwart/etc/config.toml (up to version 0.15; later ones make and rotate keys themselves)',
      comment: '#',
      lines: [
        ...keys.flatMap(key => [
          `[signature."${stalwartId(key)}"]`,
          `private-key = "%{file:${key.path}}%"`,
          `domain = "${key.domain}"`,
          `selector = "${key.selector}"`,
          `headers = [${STALWART_HEADERS.map(name => `"${name}"`).join(', ')}]`,
          `algorithm = "${key.type === 'rsa' ? 'rsa-sha256' : 'ed25519-sha256'}"`,
          'canonicalization = "relaxed/relaxed"',
          'report = false',
          '',
        ]),
        '[auth.dkim]',
        `sign = [${keys.map(key => `"'${stalwartId(key)}'"`).join(', ')}]`,
      ],
    },
  ],
}
