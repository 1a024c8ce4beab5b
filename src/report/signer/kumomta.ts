// KumoMTA: signers made and used in its Lua policy.

import type { Signer, SignerKey } from './signer.js'

const HEADERS = ['From', 'To', 'Subject', 'Date', 'MIME-Version', 'Content-Type', 'Sender', 'Reply-To', 'Message-ID']

function signerLines({ selector, domain, type, path }: SignerKey): string[] {
  return [
    `  if sender and sender.domain == '${domain}' then`,
    `    message:dkim_sign(kumo.dkim.${type === 'rsa' ? 'rsa_sha256_signer' : 'ed25519_signer'} {`,
    `      domain = '${domain}',`,
    `      selector = '${selector}',`,
    `      headers = { ${HEADERS.map(name => `'${name}'`).join(', ')} },`,
    `      key = '${path}',`,
    '    })',
    '  end',
  ]
}

export const kumomta: Signer = {
  name: 'KumoMTA',
  ed25519: 'yes',
  keyPath: (selector, domain) => `/opt/kumomta/etc/dkim/${domain}/${selector}.key`,
  reader: 'kumod',
  reload: 'systemctl restart kumomta',
  sections: keys => [
    {
      file: '/opt/kumomta/etc/policy/init.lua',
      comment: '--',
      lines: [
        "kumo.on('smtp_server_message_received', function(message)",
        '  local sender = message:from_header()',
        ...keys.flatMap(signerLines),
        'end)',
      ],
    },
  ],
}
