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
        // Only mail that is marked as our own is signed, and nothing marks it where no such policy bank is defined.
        "$policy_bank{'MYNETS'}{originating} = 1;",
        '# MYNETS is mail from @mynetworks; Postfix hands the address of the client over with smtp_send_xforward_command=yes',
        // Single quotes: nothing but the quote and the backslash is special, and neither is in a name or a checked path.
        ...keys.map(({ selector, domain, path }) => `dkim_key('${domain}', '${selector}', '${path}');`),
      ],
    },
  ],
}
