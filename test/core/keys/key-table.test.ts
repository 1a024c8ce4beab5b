import { describe, expect, it } from 'vitest'
import { DkimError } from '../../../src/core/errors.js'
import { isKeyPath, parseKeyTable, parseSigningTable, tableSigners } from '../../../src/core/keys/key-table.js'

const KEYS = parseKeyTable(
  [
    '# name  domain:selector:key',
    'main    example.com:mail:/etc/dkimkeys/mail.private',
    '\tnews  news.example.com:n1:./news.private   # the newsletter',
    '',
    'any     %:default:/etc/dkimkeys/%/default.private',
    'other.example %:own:/etc/dkimkeys/own.private',
    'inline  example.com:i:MC4CAQAwBQYDK2Vw:x=',
  ].join('\r\n'),
  'KeyTable',
)

function names(author: string, table: string, all = false, wildcards?: boolean): string[] {
  return tableSigners(author, KEYS, parseSigningTable(table, 'SigningTable', wildcards), all).map(
    ({ selector }) => selector,
  )
}

describe('KeyTable', () => {
  it('reads rows, comments and blank lines', () => {
    expect([...KEYS.keys()]).toEqual(['main', 'news', 'any', 'other.example', 'inline'])
    expect(KEYS.get('news')).toEqual({
      name: 'news',
      domain: 'news.example.com',
      selector: 'n1',
      key: './news.private',
      place: 'KeyTable:3',
      wildcard: false,
    })
    expect(KEYS.get('any')?.domain).toBeNull()
    expect(KEYS.get('inline')?.key).toBe('MC4CAQAwBQYDK2Vw:x=')
  })

  it.each([
    ['main', 'KeyTable:1'],
    ['main example.com:mail', 'KeyTable:1'],
    ['main example.com::/k', 'KeyTable:1'],
    ['\n\nmain example.com:mail:/k extra', 'KeyTable:3'],
    ['main a.test:s:/k\nmain b.test:s:/k', 'KeyTable:2'],
  ])('refuses %j with its line', (text, place) => {
    const read = () => parseKeyTable(text, 'KeyTable')
    expect(read).toThrow(DkimError)
    expect(read).toThrow(place)
  })

  it('tells a path from a key', () => {
    expect(['/a', './a', '../a'].every(isKeyPath)).toBe(true)
    expect(['a/b', 'MC4CAQ', '-----BEGIN', '.../a'].some(isKeyPath)).toBe(false)
  })
})

describe('SigningTable', () => {
  it('takes the first wildcard that matches, or every one', () => {
    const table = '*@news.example.com news\n*@*example.com main\n* any\n'
    expect(names('Alice@News.Example.com', table)).toEqual(['n1'])
    expect(names('alice@news.example.com', table, true)).toEqual(['n1', 'mail', 'default'])
    expect(names('alice@example.com', table)).toEqual(['mail'])
    expect(names('alice@elsewhere.test', table)).toEqual(['default'])
  })

  it('takes the most specific key of a plain table', () => {
    const rows = ['* any', 'alice@* inline', '.example.com news', 'alice@.example.com main', 'foo.example.com news']
    expect(names('alice@foo.example.com', rows.join('\n'))).toEqual(['n1'])
    expect(names('alice@foo.example.com', rows.slice(0, 4).join('\n'))).toEqual(['mail'])
    expect(names('bob@foo.example.com', rows.slice(0, 4).join('\n'))).toEqual(['n1'])
    expect(names('bob@example.com', rows.join('\n'))).toEqual(['default'])
    expect(names('alice@example.com', rows.join('\n'))).toEqual(['i'])
    expect(names('alice@foo.example.com', `${rows.join('\n')}\nalice@foo.example.com any`)).toEqual(['default'])
  })

  it('signs nothing where no row matches', () => {
    expect(names('alice@example.net', '*@example.com main')).toEqual([])
    expect(names('alice@example.net', 'example.com main')).toEqual([])
  })

  it('treats * as a letter where the table is said to be plain', () => {
    expect(names('alice@example.com', '*@example.com main', false, false)).toEqual([])
    expect(names('alice@example.com', 'alice@* main', false, true)).toEqual(['mail'])
  })

  it('puts the domain of the author in for %', () => {
    const table = parseSigningTable('*@* any:@%\n', 'SigningTable')
    expect(tableSigners('Alice@Mail.Test', KEYS, table)).toEqual([
      {
        domain: 'mail.test',
        selector: 'default',
        key: '/etc/dkimkeys/mail.test/default.private',
        identity: '@mail.test',
        place: 'KeyTable:5',
      },
    ])
    expect(names('alice@other.example', '*@* %')).toEqual(['own'])
  })

  it('refuses a name that the KeyTable does not have', () => {
    expect(() => names('alice@example.com', '* missing')).toThrow(DkimError)
    expect(() => names('alice@example.com', '* missing')).toThrow('SigningTable:1')
  })

  it('matches a hostile wildcard without trouble', () => {
    const pattern = `${'*a'.repeat(200)}b@x`
    expect(names(`${'a'.repeat(5000)}@x`, `${pattern} main`)).toEqual([])
  })
})
