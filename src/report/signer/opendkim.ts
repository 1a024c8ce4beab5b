// OpenDKIM: KeyTable, SigningTable and the lines of opendkim.conf that use them.

import type { Signer } from './signer.js'

export const opendkim: Signer = {
  name: 'OpenDKIM',
  ed25519: true,
  keyPath: (selector, domain) => `/etc/opendkim/keys/${domain}/${selector}.private`,
  reader: 'opendkim',
  reload: 'systemctl reload opendkim',
  sections: keys => [
    {
      file: '/etc/opendkim/KeyTable',
      comment: '#',
      lines: keys.map(({ selector, domain, path }) => `${selector}._domainkey.${domain} ${domain}:${selector}:${path}`),
    },
    {
      file: '/etc/opendkim/SigningTable',
      comment: '#',
      lines: keys.map(({ selector, domain }) => `*@${domain} ${selector}._domainkey.${domain}`),
    },
    {
      file: '/etc/opendkim.conf',
      comment: '#',
      lines: [
        'KeyTable /etc/opendkim/KeyTable',
        'SigningTable refile:/etc/opendkim/SigningTable',
        'Canonicalization relaxed/relaxed',
        'OversignHeaders From',
        ...(keys.length > 1 ? ['MultipleSignatures yes'] : []),
      ],
    },
  ],
}
