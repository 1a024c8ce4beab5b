// rspamd: the module dkim_signing, in UCL.

import { byDomain, SEED_KEYS, type Signer } from './signer.js'

export const rspamd: Signer = {
  name: 'rspamd',
  ed25519: 'seed',
  keyForms: SEED_KEYS,
  keyPath: (selector, domain) => `/var/lib/rspamd/dkim/${domain}.${selector}.key`,
  reader: '_rspamd',
  reload: 'rspamadm configtest && systemctl reload rspamd',
  sections: keys => [
    {
      file: '/etc/rspamd/local.d/dkim_signing.conf',
      comment: '#',
      lines: [
        '# checks the key against DNS before signing',
        'check_pubkey = true;',
        'allow_pubkey_mismatch = false;',
        'domain {',
        ...byDomain(keys).flatMap(([domain, own]) => [
          `  "${domain}" {`,
          '    selectors [',
          ...own.map(({ selector, path }) => `      { path = "${path}"; selector = "${selector}"; },`),
          '    ]',
          '  }',
        ]),
        '}',
      ],
    },
  ],
}
