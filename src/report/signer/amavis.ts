// amavis: dkim_key() for each key, in Perl.

import type { Signer } from './signer.js'

export const amavis: Signer = {
  name: 'amavis',
  ed25519: 'doubtful',
  keyPath: (selector, domain) => `/var/lib/amavis/dkim/${domain}.${selector}.pem`,
  reader: 'amavis',
  reload: 'amavisd testkeys && systemctl reload amavis',
  sections: keys => [
    {
      file: '/etc/amavis/conf.d/50-user',
      comment: '#',
      lines: [
        '$enable_dkim_signing = 1;',
        // Single quotes: nothing but the quote and the backslash is special, and neither is in a name or a checked path.
        ...keys.map(({ selector, domain, path }) => `dkim_key('${domain}', '${selector}', '${path}');`),
      ],
    },
  ],
}
