// Stalwart (configuration in TOML): one signature for each key, and who uses it.

import type { Signer, SignerKey } from './signer.js'

const id = ({ selector, domain }: SignerKey): string => `${selector}._domainkey.${domain}`

const HEADERS = ['From', 'To', 'Cc', 'Date', 'Subject', 'Message-ID', 'Reply-To', 'MIME-Version', 'Content-Type']

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
          `[signature."${id(key)}"]`,
          `private-key = "%{file:${key.path}}%"`,
          `domain = "${key.domain}"`,
          `selector = "${key.selector}"`,
          `headers = [${HEADERS.map(name => `"${name}"`).join(', ')}]`,
          `algorithm = "${key.type === 'rsa' ? 'rsa-sha256' : 'ed25519-sha256'}"`,
          'canonicalization = "relaxed/relaxed"',
          'report = false',
          '',
        ]),
        '[auth.dkim]',
        `sign = [${keys.map(key => `"'${id(key)}'"`).join(', ')}]`,
      ],
    },
  ],
}
