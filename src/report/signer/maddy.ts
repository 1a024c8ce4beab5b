// maddy: the modifier dkim, in the block that takes mail from users.

import type { Signer } from './signer.js'

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
