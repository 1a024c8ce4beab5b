// dkimpy-milter: one RSA and one Ed25519 key; the latter as a bare seed.

import { SEED_KEYS, type Signer } from './signer.js'

export const dkimpyMilter: Signer = {
  name: 'dkimpy-milter',
  ed25519: 'seed',
  keyForms: SEED_KEYS,
  keyPath: (selector, domain) => `/etc/dkimpy-milter/keys/${domain}.${selector}.key`,
  reader: 'dkimpy-milter',
  reload: 'systemctl restart dkimpy-milter',
  sections: keys => {
    const rsa = keys.find(({ type }) => type === 'rsa')
    const ed25519 = keys.find(({ type }) => type === 'ed25519')
    return [
      {
        file: '/etc/dkimpy-milter/dkimpy-milter.conf',
        comment: '#',
        lines: [
          `Domain ${[...new Set(keys.map(({ domain }) => domain))].join(',')}`,
          ...(rsa === undefined ? [] : [`KeyFile ${rsa.path}`, `Selector ${rsa.selector}`]),
          ...(ed25519 === undefined
            ? []
            : [
                '# the seed alone, as dkim keygen --out-format seed writes it',
                `KeyFileEd25519 ${ed25519.path}`,
                `SelectorEd25519 ${ed25519.selector}`,
              ]),
          'Canonicalization relaxed/relaxed',
          'Mode sv',
        ],
      },
    ]
  },
}
