// Signers that a mail server hands its mail to: milters and filters.

import { byDomain, SEED_KEYS, type Signer, type SignerKey } from './signer.js'

// OpenDKIM: KeyTable, SigningTable and the lines of opendkim.conf that use them.

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

// Postfix signs nothing itself: it hands mail to a milter, of which OpenDKIM is the usual one.

export const postfix: Signer = {
  ...opendkim,
  name: 'Postfix with OpenDKIM',
  // A milter listens on another socket only after it was started anew.
  reload: 'systemctl restart opendkim && postfix reload',
  sections: keys => [
    ...opendkim
      .sections(keys)
      .map(section =>
        section.file === '/etc/opendkim.conf'
          ? { ...section, lines: ['Socket inet:8891@localhost', ...section.lines] }
          : section,
      ),
    {
      file: '/etc/postfix/main.cf',
      comment: '#',
      lines: [
        'smtpd_milters = inet:localhost:8891',
        'non_smtpd_milters = $smtpd_milters',
        'milter_protocol = 6',
        '# "accept" would send unsigned mail while the milter is down',
        'milter_default_action = tempfail',
        'internal_mail_filter_classes = bounce',
      ],
    },
  ],
}

// rspamd: the module dkim_signing, in UCL.

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

// dkimpy-milter: one RSA and one Ed25519 key; the latter as a bare seed.

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

// amavis: dkim_key() for each key, in Perl.

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

// OpenSMTPD: one filter-dkimsign for each key, all of them in a chain.

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
