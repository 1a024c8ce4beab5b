// Exim: options of the smtp transport. The domain is compared with From but never taken from it, since that would be tainted data.

import { byDomain, type Signer, type SignerKey } from './signer.js'

const AUTHOR = '${domain:${address:$h_from:}}'

function domainItem(domain: string): string {
  return `\${if eqi{${AUTHOR}}{${domain}}{${domain}}}`
}

/** The value for the domain at hand, out of those of all domains. */
function choose(variable: string, choices: readonly (readonly [string, string])[]): string {
  const [only, ...others] = choices
  if (only === undefined) return ''
  const [match, value] = only
  return others.length === 0 ? value : `\${if eq{$${variable}}{${match}}{${value}}{${choose(variable, others)}}}`
}

function keyFile([, own]: readonly [string, readonly SignerKey[]]): string {
  return choose(
    'dkim_selector',
    own.map(({ selector, path }) => [selector, path] as const),
  )
}

export const exim: Signer = {
  name: 'Exim',
  ed25519: 'yes',
  keyPath: (selector, domain) => `/etc/exim4/dkim/${domain}.${selector}.key`,
  reader: 'Debian-exim',
  reload: 'exim -bV && systemctl reload exim4',
  sections: keys => {
    const domains = byDomain(keys)
    const selectors = domains.map(([domain, own]) => [domain, own.map(({ selector }) => selector).join(' : ')] as const)
    const files = domains.map(entry => [entry[0], keyFile(entry)] as const)
    return [
      {
        file: 'the options of the transport that delivers to other hosts (remote_smtp)',
        comment: '#',
        lines: [
          `  dkim_domain = ${domains.map(([domain]) => domainItem(domain)).join(' : ')}`,
          `  dkim_selector = ${choose('dkim_domain', selectors)}`,
          `  dkim_private_key = ${choose('dkim_domain', files)}`,
          '  dkim_canon = relaxed',
          '  dkim_strict = true',
        ],
      },
    ]
  },
}
