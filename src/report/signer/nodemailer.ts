// Nodemailer: the option dkim of a transport, in JavaScript.

import type { Signer, SignerKey } from './signer.js'

const entry = ({ selector, domain, path }: SignerKey): string =>
  `{ domainName: '${domain}', keySelector: '${selector}', privateKey: readFileSync('${path}', 'utf8') }`

export const nodemailer: Signer = {
  name: 'Nodemailer',
  ed25519: 'doubtful',
  keyPath: (selector, domain) => `/etc/dkim/${domain}.${selector}.pem`,
  reader: null,
  reload: 'restart the program',
  sections: keys => [
    {
      file: 'where the transport is made',
      comment: '//',
      lines: [
        "import { readFileSync } from 'node:fs'",
        '',
        'const transport = nodemailer.createTransport({',
        '  // … host, port, auth as before',
        ...(keys.length === 1
          ? [`  dkim: ${entry(keys[0]!)},`]
          : ['  dkim: {', '    keys: [', ...keys.map(key => `      ${entry(key)},`), '    ],', '  },']),
        '})',
      ],
    },
  ],
}
