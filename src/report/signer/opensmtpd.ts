// OpenSMTPD: one filter-dkimsign for each key, all of them in a chain.

import type { Signer, SignerKey } from './signer.js'

const filterName = (_: SignerKey, index: number): string => `dkim${index + 1}`

function filter(key: SignerKey, index: number): string {
  const algorithm = key.type === 'ed25519' ? '-a ed25519-sha256 ' : ''
  const command = `filter-dkimsign ${algorithm}-c relaxed/relaxed -d ${key.domain} -s ${key.selector} -k ${key.path}`
  return `filter "${filterName(key, index)}" proc-exec "${command}" user _dkimsign group _dkimsign`
}

export const opensmtpd: Signer = {
  name: 'OpenSMTPD',
  ed25519: 'yes',
  keyPath: (selector, domain) => `/etc/mail/dkim/${domain}.${selector}.key`,
  reader: '_dkimsign',
  reload: 'smtpd -n && rcctl restart smtpd',
  sections: keys => [
    {
      file: '/etc/mail/smtpd.conf',
      comment: '#',
      lines: [
        ...keys.map(filter),
        `filter "dkim" chain { ${keys.map((key, index) => `"${filterName(key, index)}"`).join(', ')} }`,
        '# and on the line that takes mail from users: listen on … filter "dkim"',
      ],
    },
  ],
}
