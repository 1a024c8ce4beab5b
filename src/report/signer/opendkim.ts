// OpenDKIM: KeyTable, SigningTable and the lines of opendkim.conf that use them.

import type { Signer } from './signer.js'

export const opendkim: Signer = {
  name: 'OpenDKIM',
  ed25519: 'alone',
  keyPath: (selector, domain) => `/etc/opendkim/keys/${domain}/${selector}.private`,
  reader: 'opendkim',
  // "key data is not secure": RequireSafeKeys, which is on by default, refuses a file that a group of several members can read.
  ownKey: true,
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
        // One algorithm for all keys; rsa-sha256 unless it is told.
        ...(keys.some(({ type }) => type === 'ed25519') ? ['SignatureAlgorithm ed25519-sha256'] : []),
      ],
    },
  ],
}
