// Haraka: a directory for each domain with the key and the selector; the selector is written last, because it switches over.

import { byDomain, type Signer } from './signer.js'

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
