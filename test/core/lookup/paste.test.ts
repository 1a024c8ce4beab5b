// What people paste: each accident has its cause and, where the key proves it, the record as it should read.
import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lintRecord } from '../../../src/core/lookup/lint.js'
import { isSoundKey } from '../../../src/core/lookup/repair-key.js'
import { RSA_2048 } from '../../support/public-keys.js'

/** With several "+" in it: what becomes of them is one of the accidents. */
function plusKey(): string {
  for (;;) {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const p = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    if ((p.match(/\+/g)?.length ?? 0) > 2 && p.includes('/')) return p
  }
}

const P = plusKey()
const GOOD = `v=DKIM1; k=rsa; p=${P}`
const ED = (() => {
  for (;;) {
    const { publicKey } = generateKeyPairSync('ed25519')
    const p = publicKey.export({ type: 'spki', format: 'der' }).subarray(12).toString('base64')
    if (p.includes('+') && /\/[^+]*/.test(p)) return p
  }
})()
const GOOD_ED = `v=DKIM1; k=ed25519; p=${ED}`
const CUT = 200
const [A, B] = [GOOD.slice(0, CUT), GOOD.slice(CUT)]
const wrap = (text: string, width = 64): string => text.match(new RegExp(`.{1,${width}}`, 'g'))!.join('\n')
const PEM = `-----BEGIN PUBLIC KEY-----\n${wrap(P)}\n-----END PUBLIC KEY-----`
const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')
const hex = Buffer.from(P, 'base64').toString('hex')
const percent = (text: string): string => encodeURIComponent(text)
const NAME = 'k1._domainkey'
const GENKEY = `${NAME}\tIN\tTXT\t( "v=DKIM1; k=rsa; "\n\t  "p=${P.slice(0, 200)}"\n\t  "${P.slice(200)}" )  ; ----- DKIM key k1 for example.com`

/** What was published, and the code of its cause. */
const ACCIDENTS: readonly [name: string, text: string, code: string][] = [
  ['+ as blanks', GOOD.replaceAll('+', ' '), 'plus-became-blank'],
  ['+ as blanks, escaped semicolons', GOOD.replaceAll('+', ' ').replaceAll(';', '\\;'), 'plus-became-blank'],
  ['+ as blanks and a final dot', `${GOOD.replaceAll('+', ' ')}.`, 'plus-became-blank'],
  ['base64url', `v=DKIM1; k=rsa; p=${P.replaceAll('+', '-').replaceAll('/', '_')}`, 'base64url'],
  ['%2B', GOOD.replaceAll('+', '%2B'), 'percent-encoded'],
  ['%2b and %2f', GOOD.replaceAll('+', '%2b').replaceAll('/', '%2f'), 'percent-encoded'],
  ['all of it percent-encoded', percent(GOOD), 'percent-encoded'],
  ['as a form encodes it', percent(GOOD).replaceAll('%20', '+'), 'percent-encoded'],
  ['blanks as + between tags', GOOD.replaceAll('+', '%2B').replaceAll('; ', ';+'), 'percent-encoded'],
  ['base64 of the key, once more', `v=DKIM1; k=rsa; p=${Buffer.from(P).toString('base64')}`, 'encoded-twice'],
  ['base64 of the PEM file', `v=DKIM1; k=rsa; p=${Buffer.from(PEM).toString('base64')}`, 'encoded-twice'],
  ['base64 of the record', Buffer.from(GOOD).toString('base64'), 'encoded-twice'],
  ['a final dot', `${GOOD}.`, 'key-trailing-data'],
  ['a final quotation mark', `${GOOD}"`, 'quotes-in-record'],
  ['a final comma', `${GOOD},`, 'key-trailing-data'],
  ['-all behind it', `${GOOD} -all`, 'key-trailing-data'],
  ['a TTL behind it', `${GOOD} 3600`, 'key-trailing-data'],
  ['the key twice', `${GOOD}${P}`, 'key-trailing-data'],
  ['SPF behind', `${GOOD} v=spf1 -all`, 'other-record-in-text'],
  ['SPF behind without a blank', `${GOOD}v=spf1 include:example.com -all`, 'other-record-in-text'],
  ['SPF behind a semicolon', `${GOOD}; v=spf1 mx ~all`, 'other-record-in-text'],
  ['DMARC behind', `${GOOD}; v=DMARC1; p=none`, 'other-record-in-text'],
  ['SPF in front', `v=spf1 mx -all ${GOOD}`, 'other-record-in-text'],
  ['SPF in front without a blank', `v=spf1 mx -all${GOOD}`, 'other-record-in-text'],
  ['DMARC in front', `v=DMARC1; p=none; ${GOOD}`, 'other-record-in-text'],
  ['TXT=', `TXT="${GOOD}"`, 'text-in-front'],
  ['TXT= without quotes', `TXT=${GOOD}`, 'text-in-front'],
  ['TXT:', `TXT: ${GOOD}`, 'text-in-front'],
  ['TXT= without v=', `TXT=k=rsa; p=${P}`, 'text-in-front'],
  ['Value:', `Value: ${GOOD}`, 'text-in-front'],
  ['the name in front', `${NAME}.example.com ${GOOD}`, 'text-in-front'],
  ['the name and a colon', `${NAME}: ${GOOD}`, 'text-in-front'],
  ['the name in front without v=', `${NAME} k=rsa; p=${P}`, 'text-in-front'],
  ['what a panel shows', `Host: ${NAME} Type: TXT Value: ${GOOD}`, 'text-in-front'],
  ['p= in front of all', `p=${GOOD}`, 'text-in-front'],
  ['a panel that adds the tags itself', `v=DKIM1; k=rsa; p=${GOOD}`, 'record-pasted-twice'],
  ['p=p=', `v=DKIM1; k=rsa; p=p=${P}`, 'record-pasted-twice'],
  ['v=DKIM1; twice', `v=DKIM1; ${GOOD}`, 'record-pasted-twice'],
  ['a cut copy in front', `${GOOD.slice(0, 90)} ${GOOD}`, 'record-pasted-twice'],
  ['the file of opendkim-genkey', GENKEY, 'zone-line-in-record'],
  ['the same on one line', GENKEY.replaceAll('\n', ' '), 'zone-line-in-record'],
  ['a line with a TTL first', `${NAME}.example.com. 3600 IN TXT "${A}" "${B}"`, 'zone-line-in-record'],
  ['class in front of the TTL', `${NAME} IN 1h TXT ( "${A}" "${B}" )`, 'zone-line-in-record'],
  ['TTL in front', `3600 IN TXT "${GOOD}"`, 'zone-line-in-record'],
  ['IN TXT (', `IN TXT ( "${A}" "${B}" )`, 'zone-line-in-record'],
  ['a line without quotes', `${NAME} IN TXT ${GOOD}`, 'zone-line-in-record'],
  ['a line with escaped quotes', `${NAME} IN TXT \\"${GOOD}\\"`, 'zone-line-in-record'],
  ['@ TXT', `@ TXT "${GOOD}"`, 'zone-line-in-record'],
  ['a zone file with $ORIGIN', `$ORIGIN example.com.\n${GENKEY}\n`, 'zone-line-in-record'],
  ['a zone file with a comment', `; made by hand\n$TTL 3600\n${GENKEY}\n`, 'zone-line-in-record'],
  ['nsupdate', `update add ${NAME}.example.com. 3600 TXT "${GOOD}"`, 'zone-line-in-record'],
  ['strings in the wrong order', B + A, 'strings-out-of-order'],
  ['quoted strings in the wrong order', `"${B}" "${A}"`, 'strings-out-of-order'],
  ['nothing but the key', P, 'key-without-tag'],
  ['nothing but the key, wrapped', wrap(P), 'key-without-tag'],
  ['nothing but the key, in quotes', `"${P}"`, 'key-without-tag'],
  ['a PEM file', PEM, 'pem-in-key'],
  ['a PEM file on one line', PEM.replaceAll('\n', ' '), 'pem-in-key'],
  ['a PEM file without line ends', PEM.replaceAll('\n', ''), 'pem-in-key'],
  ['a PEM file with \\n', PEM.replaceAll('\n', '\\n'), 'pem-in-key'],
  ['a PEM file with dashes made long', latin1(PEM.replaceAll('-----', '\u2014\u2014-')), 'pem-in-key'],
  ['PEM in p=', `v=DKIM1; k=rsa; p=${PEM}`, 'pem-in-key'],
  ['PEM in p= without blanks', `v=DKIM1; k=rsa; p=${PEM.replace(/\s/g, '')}`, 'pem-in-key'],
  ['PEM for p=', `v=DKIM1; k=rsa; ${PEM}`, 'pem-in-key'],
  ['no p=', `v=DKIM1; k=rsa; ${P}`, 'key-without-tag'],
  ['no p= and no semicolon', `v=DKIM1; k=rsa ${P}`, 'key-without-tag'],
  ['= without p', `v=DKIM1; k=rsa; =${P}`, 'key-without-tag'],
  ['p without =', `v=DKIM1; k=rsa; p ${P}`, 'key-without-tag'],
  ['p directly in front', `v=DKIM1; k=rsa; p${P}`, 'key-without-tag'],
  ['key=', `v=DKIM1; k=rsa; key=${P}`, 'key-without-tag'],
  ['p=;', `v=DKIM1; k=rsa; p=; ${P}`, 'key-without-tag'],
  ['typographic quotes', latin1(`\u201c${GOOD}\u201d`), 'quotes-in-record'],
  ['typographic quotes between strings', latin1(`\u201c${A}\u201d \u201c${B}\u201d`), 'quotes-in-record'],
  ['low quotes', latin1(`\u201e${GOOD}\u201c`), 'quotes-in-record'],
  ['guillemets', latin1(`\u00ab${GOOD}\u00bb`), 'quotes-in-record'],
  ['quotes of Windows-1252', `\x93${GOOD}\x94`, 'quotes-in-record'],
  ['backticks', `\`${GOOD}\``, 'quotes-in-record'],
  ['three of them', `\`\`\`\n${GOOD}\n\`\`\``, 'quotes-in-record'],
  ['doubled quotes of CSV', `""${GOOD}""`, 'quotes-in-record'],
  ['single quotes between strings', `'${A}' '${B}'`, 'quotes-in-record'],
  ['escaped quotes', `\\"${A}\\" \\"${B}\\"`, 'quotes-in-record'],
  ['a comma between strings', `"${A}", "${B}"`, 'quotes-in-record'],
  ['an opening quote only', `"${GOOD}`, 'quotes-in-record'],
  ['escaped semicolons', GOOD.replaceAll(';', '\\;'), 'escaped-semicolon'],
  ['doubly escaped semicolons', GOOD.replaceAll(';', '\\\\;'), 'escaped-semicolon'],
  ['escaped semicolons and quotes', `"${GOOD.replaceAll(';', '\\;')}"`, 'escaped-semicolon'],
  ['\\/ as PHP writes it', GOOD.replaceAll('/', '\\/'), 'escaped-character'],
  ['\\= and \\+', GOOD.replaceAll('=', '\\=').replaceAll('+', '\\+'), 'escaped-character'],
  ['\\059', GOOD.replaceAll(';', '\\059'), 'escaped-character'],
  ['\\u003d', GOOD.replaceAll('=', '\\u003d'), 'escaped-character'],
  ['&quot;', `&quot;${GOOD}&quot;`, 'html-entity'],
  ['&amp;quot;', `&amp;quot;${GOOD}&amp;quot;`, 'html-entity'],
  ['&#x2B; and &#47;', GOOD.replaceAll('+', '&#x2B;').replaceAll('/', '&#47;'), 'html-entity'],
  ['&equals;', GOOD.replaceAll('=', '&equals;'), 'html-entity'],
  ['<br>', `${A}<br>${B}`, 'html-entity'],
  ['<code>', `<code class="txt">${GOOD}</code>`, 'html-entity'],
  ['<wbr/>', `${A}<wbr/>${B}`, 'html-entity'],
  ['line breaks', wrap(GOOD), 'line-break-in-record'],
  ['line breaks and backslashes', wrap(GOOD).replaceAll('\n', '\\\n'), 'line-break-in-record'],
  ['line breaks for semicolons', GOOD.replaceAll('; ', '\n'), 'line-break-in-record'],
  ['CRLF', wrap(GOOD).replaceAll('\n', '\r\n'), 'line-break-in-record'],
  ['a line end', `${GOOD}\n`, 'line-break-in-record'],
  ['no-break spaces', latin1(GOOD.replaceAll(' ', '\u00a0')), 'invisible-character'],
  ['a no-break space of Latin-1', GOOD.replaceAll(' ', '\xa0'), 'invisible-character'],
  ['a zero-width space in the key', latin1(`${A}\u200b${B}`), 'invisible-character'],
  ['a byte order mark', latin1(`\ufeff${GOOD}`), 'invisible-character'],
  ['soft hyphens', latin1(`${A}\u00ad${B}`), 'invisible-character'],
  ['a mark of direction', latin1(`\u200e${GOOD}\u200f`), 'invisible-character'],
  ['wide semicolons', latin1(GOOD.replaceAll(';', '\uff1b')), 'look-alike-character'],
  ['wide equals signs', latin1(GOOD.replaceAll('=', '\uff1d')), 'look-alike-character'],
  ['a Greek question mark', latin1(GOOD.replaceAll(';', '\u037e')), 'look-alike-character'],
  ['a Cyrillic p', latin1(GOOD.replace('p=', '\u0440=')), 'look-alike-character'],
  ['NUL in the key', `${A}\0${B}`, 'control-character'],
  ['V=DKIM1', GOOD.replace('v=', 'V='), 'tag-case'],
  ['all names in capitals', GOOD.replace('v=', 'V=').replace('k=', 'K=').replace('p=', 'P='), 'tag-case'],
  ['v=dkim1', GOOD.replace('DKIM1', 'dkim1'), 'version-wrong'],
  ['v=DKIM', GOOD.replace('DKIM1', 'DKIM'), 'version-wrong'],
  ['DKIM1 without v=', GOOD.replace('v=', ''), 'tag-syntax'],
  ['k=RSA', GOOD.replace('k=rsa', 'k=RSA'), 'key-type-unknown'],
  ['no semicolon behind rsa', GOOD.replace('rsa;', 'rsa'), 'semicolon-missing'],
  ['no separators at all', GOOD.replaceAll('; ', ''), 'semicolon-missing'],
  ['commas', GOOD.replaceAll(';', ','), 'semicolon-missing'],
  ['colons for semicolons', GOOD.replaceAll(';', ':'), 'semicolon-missing'],
  ['bars', GOOD.replaceAll(';', ' |'), 'semicolon-missing'],
  ['blanks', GOOD.replaceAll(';', ''), 'semicolon-missing'],
  ['a tag behind the key', `v=DKIM1; k=rsa; p=${P} s=email`, 'semicolon-missing'],
  ['colons for equals signs', GOOD.replaceAll('=', ':'), 'colon-for-equals'],
  ['colons and blanks', GOOD.replaceAll('=', ': '), 'colon-for-equals'],
  ['pasted twice', `${GOOD} ${GOOD}`, 'record-pasted-twice'],
  ['pasted three times', `${GOOD};${GOOD};${GOOD};`, 'record-pasted-twice'],
  ['a JSON string', JSON.stringify(GOOD), 'quotes-in-record'],
  ['a JSON array', JSON.stringify([A, B]), 'json-in-record'],
  ['a JSON object', JSON.stringify({ [`${NAME}.example.com`]: GOOD }), 'json-in-record'],
  ['a JSON request', JSON.stringify({ type: 'TXT', name: NAME, content: GOOD, ttl: 1 }), 'json-in-record'],
  ['quoted-printable', GOOD.replaceAll('=', '=3D'), 'quoted-printable'],
  ['quoted-printable, wrapped', wrap(GOOD.replaceAll('=', '=3D'), 70).replaceAll('\n', '=\n'), 'quoted-printable'],
  ['parentheses', `(${GOOD})`, 'parentheses-in-record'],
  ['parentheses and strings', `( "${A}"\n  "${B}" )`, 'parentheses-in-record'],
  ['square brackets', `[${GOOD}]`, 'text-in-front'],
  ['angle brackets', `<${GOOD}>`, 'text-in-front'],
  ['a comma in the key', `v=DKIM1; k=rsa; p=${P.slice(0, 100)},${P.slice(100)}`, 'not-base64'],
  ['dots in the key', `v=DKIM1; k=rsa; p=${P.slice(0, 100)}...${P.slice(100)}`, 'not-base64'],
  ['hexadecimal', `v=DKIM1; k=rsa; p=${hex}`, 'hex-key'],
  ['hexadecimal with colons', `v=DKIM1; k=rsa; p=${hex.match(/../g)!.join(':')}`, 'hex-key'],
  ['the first character lost', `v=DKIM1; k=rsa; p=${P.slice(1)}`, 'key-beginning-lost'],
  ['the first five lost', `v=DKIM1; k=rsa; p=${P.slice(5)}`, 'key-beginning-lost'],
  ['blanks inside', `v=DKIM1; k=rsa; p=${wrap(P).replaceAll('\n', ' ')}`, 'space-in-key'],
  ['leading semicolon', `; ${GOOD}`, 'empty-tag'],
]

/** Warnings of the same text that say something else that is true of it. */
const codesOf = (text: string): string[] => lintRecord(text).findings.map(({ code }) => code)

describe('one accident', () => {
  it.each(ACCIDENTS)('%s', (_name, text, code) => {
    const { corrected } = lintRecord(text)
    expect(codesOf(text)).toContain(code)
    expect(codesOf(text)).not.toContain('key-cut')
    expect(corrected?.replace('; s=email', '')).toBe(GOOD)
  })

  it.each(ACCIDENTS)('%s: the corrected record, published, has no finding', (_name, text) => {
    const { corrected } = lintRecord(text)
    expect(corrected).not.toBeNull()
    expect(lintRecord(corrected!).findings).toEqual([])
  })
})

describe('the same with an Ed25519 key', () => {
  const table: [string, string, string][] = [
    ['+ as blanks', GOOD_ED.replaceAll('+', ' '), 'plus-became-blank'],
    ['base64url', `v=DKIM1; k=ed25519; p=${ED.replaceAll('+', '-').replaceAll('/', '_')}`, 'base64url'],
    ['no padding', GOOD_ED.replace(/=$/, ''), 'padding-wrong'],
    ['a final dot', `${GOOD_ED}.`, 'key-trailing-data'],
    ['nothing but the key', ED, 'key-without-tag'],
    ['no p=', `v=DKIM1; k=ed25519; ${ED}`, 'key-without-tag'],
    ['%2B', GOOD_ED.replaceAll('+', '%2B'), 'percent-encoded'],
    ['SPF behind', `${GOOD_ED} v=spf1 -all`, 'other-record-in-text'],
  ]
  it.each(table)('%s', (_name, text, code) => {
    expect(codesOf(text)).toContain(code)
    expect(lintRecord(text).corrected).toBe(GOOD_ED)
  })

  it('32 bytes that are no point of the curve prove nothing', () => {
    const isPoint = (first: number): boolean => isSoundKey(Buffer.alloc(32, 0).fill(first, 0, 1).toString('base64'))
    expect(Array.from({ length: 40 }, (_, first) => first).filter(isPoint).length).toBeGreaterThan(5)
    expect(Array.from({ length: 40 }, (_, first) => first).every(isPoint)).toBe(false)
  })
})

describe('no cause is made up', () => {
  const noPlus = P.replaceAll('+', '')
  const table: [string, string, string][] = [
    ['cut at 255 characters', GOOD.slice(0, 255), 'key-cut'],
    ['cut anywhere', GOOD.slice(0, 300), 'key-cut'],
    ['all + lost', `v=DKIM1; k=rsa; p=${noPlus}`, 'key-characters-lost'],
    ['a character lost inside', `v=DKIM1; k=rsa; p=${P.slice(0, 100)}${P.slice(104)}`, 'key-characters-lost'],
    ['small letters', GOOD.replace(P, P.toLowerCase()), 'letter-case-lost'],
    ['capital letters', GOOD.replace(P, P.toUpperCase()), 'letter-case-lost'],
    ['some + as blanks, others lost', GOOD.replace('+', ' ').replaceAll('+', ''), 'key-characters-lost'],
    ['two different records', `${GOOD} v=DKIM1; k=rsa; p=${RSA_2048}`, 'duplicate-tag'],
    ['two different keys', `${GOOD}; p=${RSA_2048}`, 'duplicate-tag'],
  ]
  it.each(table)('%s', (_name, text, code) => {
    expect(codesOf(text)).toContain(code)
    expect(lintRecord(text).corrected).toBeNull()
  })

  it('a length limit is named only where the record ends at one', () => {
    const textOf = (text: string): string =>
      lintRecord(text)
        .findings.map(one => one.text)
        .join()
    expect(textOf(GOOD.slice(0, 255))).toContain('length limit')
    expect(textOf(GOOD.slice(0, 254))).toContain('length limit')
    expect(textOf(GOOD.slice(0, 252))).not.toContain('length limit')
    expect(textOf(GOOD.slice(0, 300))).not.toContain('length limit')
  })

  it('a private key in any wrapping is told, and never given back', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const der = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    for (const text of [der, pem, `v=DKIM1; p=${der}`, `v=DKIM1; ${der}`, pem.replaceAll('\n', '')]) {
      expect(codesOf(text)).toContain('private-key-published')
      expect(lintRecord(text).corrected).toBeNull()
    }
  })

  it('a key type of DKIM2 is named, and nobody is told to publish it again', () => {
    const text = `v=DKIM1; k=mldsa44; p=${Buffer.alloc(1312, 7).toString('base64')}`
    const { findings, corrected } = lintRecord(text)
    expect(findings.map(({ code }) => code)).toEqual(['dkim2-key-type'])
    expect(findings[0]!.fix).not.toContain('publish the')
    expect(corrected).toBeNull()
  })
})

describe('n= is left alone', () => {
  it.each([
    ['a quotation mark', 'say "hi"'],
    ['an apostrophe', "it's"],
    ['a backslash', 'a\\b'],
    ['an entity without its end', '&quot'],
    ['a percent sign', '100%25'],
    ['markup', '<b>'],
    ['parentheses', '(old)'],
    ['quoted-printable', 'say=20=22hi=22'],
  ])('%s', (_name, note) => {
    expect(lintRecord(`v=DKIM1; k=rsa; n=${note}; p=${P}`).findings).toEqual([])
    const corrected = lintRecord(`v=DKIM1; k=RSA; n=${note}; p=${P}`)
    expect(corrected.findings.map(({ code }) => code)).toEqual(['key-type-unknown'])
    expect(corrected.corrected).toBe(`v=DKIM1; k=rsa; n=${note}; p=${P}`)
  })

  it('non-ASCII characters there are a warning, and can be encoded', () => {
    const { findings, record, corrected } = lintRecord(latin1(`v=DKIM1; k=rsa; n=Schlüssel; p=${P}`))
    expect(findings).toMatchObject([{ code: 'non-ascii-note', severity: 'warning' }])
    expect(record).toMatchObject({ notes: 'Schlüssel' })
    expect(corrected).toBe(`v=DKIM1; k=rsa; n=Schl=C3=BCssel; p=${P}`)
    expect(lintRecord(corrected!).findings).toEqual([])
  })
})

describe('several strings', () => {
  const pieces = (count: number): string[] => {
    const size = Math.ceil(GOOD.length / count)
    return Array.from({ length: count }, (_, index) => GOOD.slice(index * size, (index + 1) * size))
  }
  const lint = (strings: readonly string[]) =>
    lintRecord(
      strings.join(''),
      strings.map(({ length }) => length),
    )

  it('in the wrong order: the one order that makes a key is given', () => {
    const [first, second, third] = pieces(3) as [string, string, string]
    for (const order of [
      [second, first, third],
      [third, second, first],
      [third, first, second],
      [first, third, second],
    ]) {
      expect(lint(order)).toMatchObject({ corrected: GOOD, findings: [{ code: 'strings-out-of-order' }] })
    }
    expect(lint([first, second, third]).findings).toEqual([])
  })

  it('where two orders make a key, none is given', () => {
    const [one, two, three, four] = pieces(4) as [string, string, string, string]
    // The key is whole in the order 1 2 3 4 and in the order 1 3 2 4.
    expect(lint([four, one, two, three]).corrected).not.toBe(one + three + two + four)
    expect(lint([two, four, one, three]).corrected).toBeNull()
  })
})

describe('properties', () => {
  const parts: ((text: string) => string)[] = [
    text => text.replaceAll('+', ' '),
    text => text.replaceAll(';', '\\;'),
    text => `"${text}"`,
    text => text.replace('v=', 'V='),
    text => `${text}.`,
    text => `${NAME} IN TXT ${text}`,
    text => text.replaceAll('+', '%2B'),
    text => `${text} v=spf1 -all`,
    text => text.replace('p=', ''),
    text => text.replace('k=rsa; ', ''),
    text => text.replaceAll('; ', ';'),
    text => `${text};`,
    text => `${text.slice(0, 180)}\n${text.slice(180)}`,
    text => text.slice(0, 250),
    text => latin1(`\u201c${text}\u201d`),
    text => `TXT=${text}`,
    text => `${text}${text}`,
    text => `x=1; ${text}`,
  ]

  it('several accidents at once: what is offered is the key, and has no finding', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(parts.length - 1), { minLength: 1, maxLength: 3 }), chosen => {
        const text = chosen.reduce((before, index) => parts[index]!(before), GOOD)
        const { corrected } = lintRecord(text)
        if (corrected === null) return
        expect(lintRecord(corrected)).toMatchObject({ findings: [], corrected: null })
        expect(corrected).toMatch(new RegExp(`p=${P.replaceAll('+', '\\+')}(?:;|$)`))
      }),
      { numRuns: 300 },
    )
  })

  it('never throws, whatever stands there, and offers nothing that has findings', () => {
    const words = fc.constantFrom(
      'v=DKIM1',
      ';',
      ' ',
      'k=rsa',
      'p=',
      P,
      P.slice(0, 60),
      '"',
      '\\',
      'n=',
      '%2B',
      '=3D',
      '(',
      'TXT',
      '<br>',
      '&quot;',
      '\n',
      'p',
      '\xe9',
    )
    fc.assert(
      fc.property(fc.array(words, { maxLength: 14 }), chosen => {
        const { corrected } = lintRecord(chosen.join(''))
        if (corrected !== null) expect(lintRecord(corrected).findings).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})
