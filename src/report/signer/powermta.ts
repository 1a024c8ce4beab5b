// PowerMTA: a domain-key directive for each key.

import type { Signer } from './signer.js'

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
