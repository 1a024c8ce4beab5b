import { describe, expect, it } from 'vitest'
import { DkimError } from '../../../src/core/errors.js'
import { toDomainName, toSelector } from '../../../src/core/syntax/names.js'
import { checkedPath, type SignerKey } from '../../../src/report/signer/signer.js'
import { formatSigner, SIGNER_NAMES, SIGNERS, type SignerName, usableKeys } from '../../../src/report/signer/signers.js'

const key = (
  name: SignerName,
  selector = 'mail',
  domain = 'example.com',
  type: 'rsa' | 'ed25519' = 'rsa',
): SignerKey => ({
  selector,
  domain,
  type,
  path: SIGNERS[name].keyPath(selector, domain),
})

/** The lines that are no comment. */
const lines = (text: string): string[] =>
  text.split('\n').filter(line => line.trim() !== '' && !/^\s*(?:#|\/\/|--)/.test(line))

describe.each(SIGNER_NAMES)('%s', name => {
  it('names the key where it lies', () => {
    const one = key(name)
    expect(checkedPath(one.path)).toBe(one.path)
    const text = formatSigner(name, [one])
    expect(text).toContain(one.selector)
    expect(text).toContain(one.domain)
    // Haraka finds its key by the domain.
    if (name !== 'haraka') expect(text).toContain(one.path)
    expect(text.endsWith('\n')).toBe(true)
    expect(text).toMatch(/^[\n -~…]*$/)
  })

  it('holds every key that it can use', () => {
    const keys = [key(name), key(name, 'mail-ed25519', 'example.com', 'ed25519'), key(name, 'other', 'example.net')]
    const text = formatSigner(name, keys)
    if (name === 'haraka' || name === 'dkimpy-milter') return
    for (const { selector, path } of usableKeys(name, keys)) {
      expect(text).toContain(selector)
      expect(text).toContain(path)
    }
  })

  it('takes names at the edge of what names may be', () => {
    const selector = toSelector('_a--b_.c')!
    const domain = toDomainName('xn--bcher-kva.example')!
    expect(formatSigner(name, [key(name, selector, domain)])).toContain(domain)
  })

  it('is nothing without a key', () => {
    expect(() => formatSigner(name, [])).toThrow(DkimError)
  })
})

describe('OpenDKIM', () => {
  it('one line in each table', () => {
    const text = lines(formatSigner('opendkim', [key('opendkim')]))
    expect(text).toContain('mail._domainkey.example.com example.com:mail:/etc/opendkim/keys/example.com/mail.private')
    expect(text).toContain('*@example.com mail._domainkey.example.com')
    expect(text).toContain('OversignHeaders From')
  })

  it('leaves Ed25519 out beside RSA, and tells the algorithm where it stands alone', () => {
    const ed25519 = key('opendkim', 'e', 'example.com', 'ed25519')
    expect(usableKeys('opendkim', [key('opendkim'), ed25519])).toEqual([key('opendkim')])
    expect(usableKeys('opendkim', [ed25519])).toEqual([ed25519])
    expect(formatSigner('opendkim', [ed25519])).toContain('SignatureAlgorithm ed25519-sha256')
    expect(formatSigner('opendkim', [key('opendkim')])).not.toContain('SignatureAlgorithm')
  })

  it('Postfix hands mail to it', () => {
    const text = lines(formatSigner('postfix', [key('postfix')]))
    expect(text).toContain('Socket inet:8891@localhost')
    expect(text).toContain('smtpd_milters = inet:localhost:8891')
    expect(text).toContain('milter_default_action = tempfail')
  })
})

describe('Exim', () => {
  /** Enough of its string expansion for what we write. */
  function expand(text: string, variables: Readonly<Record<string, string>>): string {
    const match =
      /^\$\{if eqi?\{\$(?:\{domain:\$\{address:\$h_from:\}\}|(\w+))\}\{([^{}]*)\}\{([^{}]*)\}(?:\{(.*)\})?\}$/s.exec(
        text,
      )
    if (match === null) return text
    const [, variable = 'author', wanted, then = '', otherwise = ''] = match
    return variables[variable] === wanted ? then : expand(otherwise, variables)
  }

  const options = (keys: readonly SignerKey[]): Record<string, string> =>
    Object.fromEntries(lines(formatSigner('exim', keys)).map(line => line.trim().split(/ = (.*)/s) as [string, string]))

  it('never takes the domain from the message', () => {
    const { dkim_domain: domain } = options([key('exim')])
    expect(expand(domain!.replace('${domain:${address:$h_from:}}', '$author'), { author: 'example.com' })).toBe(
      'example.com',
    )
    expect(expand(domain!.replace('${domain:${address:$h_from:}}', '$author'), { author: 'attack.test' })).toBe('')
  })

  it('finds the file of each selector of each domain', () => {
    const keys = [key('exim'), key('exim', 'e', 'example.com', 'ed25519'), key('exim', 'other', 'example.net')]
    const { dkim_selector: selector, dkim_private_key: file } = options(keys)
    for (const { selector: name, domain, path } of keys) {
      const variables = { dkim_domain: domain, dkim_selector: name }
      expect(expand(selector!, variables).split(' : ')).toContain(name)
      const ofDomain = file!.includes('${if eq{$dkim_domain}') ? chooseByDomain(file!, domain) : file!
      expect(expand(ofDomain, variables)).toBe(path)
    }
  })

  /** `${if eq{$dkim_domain}{A}{X}{Y}}` with braces inside X. */
  function chooseByDomain(text: string, domain: string): string {
    const parts = braces(text.slice('${if eq'.length, -1))
    if (parts[0] !== '$dkim_domain') return text
    return parts[1] === domain ? parts[2]! : chooseByDomain(parts[3]!, domain)
  }

  function braces(text: string): string[] {
    const parts: string[] = []
    let depth = 0
    let start = 0
    for (let index = 0; index < text.length; index += 1) {
      if (text[index] === '{' && depth++ === 0) start = index + 1
      if (text[index] === '}' && --depth === 0) parts.push(text.slice(start, index))
    }
    return parts
  }
})

describe('Nodemailer', () => {
  it.each([1, 2])('is JavaScript (%i keys)', count => {
    const keys = [key('nodemailer'), key('nodemailer', 'other')].slice(0, count)
    const code = formatSigner('nodemailer', keys)
      .replace(/^import.*$/m, '')
      .replace('const transport =', 'return')
    const transport = new Function('readFileSync', 'nodemailer', code)((path: string) => `content of ${path}`, {
      createTransport: (options: unknown) => options,
    })
    const made = keys.map(({ selector, domain, path }) => ({
      domainName: domain,
      keySelector: selector,
      privateKey: `content of ${path}`,
    }))
    expect(transport.dkim).toEqual(count === 1 ? made[0] : { keys: made })
  })
})

describe('F-07, F-09: a path is absolute and plain', () => {
  it.each(['/etc/dkim/a.key', '/srv/k@1/x_y-z+1.pem'])('%s', path => expect(checkedPath(path)).toBe(path))

  it.each([
    '',
    '/',
    'a',
    './a',
    '/a b',
    '/a"',
    "/a'",
    '/a;b',
    '/a\n',
    '/a${b}',
    '/a$b',
    '/a`b',
    '/a\\b',
    '/a,b',
    '/a:b',
    '/../a',
    '/a/..',
    '/a%b',
    '/ä',
    '/a\0',
  ])('not %j', path => expect(() => checkedPath(path)).toThrow(DkimError))
})
