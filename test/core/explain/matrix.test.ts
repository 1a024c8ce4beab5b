// The matrix: messages signed with our signer, changed the way the world changes mail; each cause is named, proven where it shows.

import { describe, expect, it } from 'vitest'
import type { CanonicalizationName } from '../../../src/core/dkim/result.js'
import type { Cause } from '../../../src/core/explain/causes.js'
import { codesOf, explained, signed, type Type } from './case.js'
import { MULTIPART, PLAIN } from './messages.js'

type Visible = 'always' | 'simple'

interface Row {
  readonly name: string
  readonly code: Cause
  readonly part: 'body' | 'header'
  readonly visible: Visible
  readonly message?: string
  readonly change: (message: string) => string
  readonly lines?: readonly [number, number]
  readonly fields?: readonly string[]
}

const body = (change: (body: string) => string) => (message: string) => {
  const end = message.indexOf('\r\n\r\n') + 4
  return message.slice(0, end) + change(message.slice(end))
}

const field = (name: string, change: (value: string) => string) => (message: string) => {
  const end = message.indexOf('\r\n\r\n') + 2
  const pattern = new RegExp(`(?<=^|\\r\\n)(${name}:)((?:[^\\r]|\\r\\n[ \\t])*)(?=\\r\\n)`, 'i')
  const header = message.slice(0, end).replace(pattern, (_, start: string, value: string) => start + change(value))
  return header + message.slice(end)
}

const add = (line: string) => (message: string) => message.replace('\r\nFrom:', `\r\n${line}\r\nFrom:`)

const BODY: Row[] = [
  {
    name: 'a footer',
    code: 'body-appended',
    part: 'body',
    visible: 'always',
    lines: [11, 13],
    change: body(text => `${text}____\r\nlist mailing list\r\nhttps://lists.example.org\r\n`),
  },
  {
    name: 'a banner',
    code: 'body-prepended',
    part: 'body',
    visible: 'always',
    lines: [1, 2],
    change: body(text => `CAUTION: external\r\n\r\n${text}`),
  },
  {
    name: 'a banner and a footer',
    code: 'body-wrapped',
    part: 'body',
    visible: 'always',
    lines: [2, 11],
    change: body(text => `CAUTION\r\n${text}footer\r\n`),
  },
  {
    name: 'a block inside',
    code: 'body-inserted',
    part: 'body',
    visible: 'always',
    lines: [4, 5],
    change: body(text => text.replace('.and a', 'one\r\ntwo\r\n.and a')),
  },
  {
    name: 'a footer in the text part',
    code: 'body-inserted',
    part: 'body',
    visible: 'always',
    message: MULTIPART,
    change: body(text =>
      text.replace(
        '\r\n--=_b1\r\nContent-Type: text/html',
        '\r\n-----\r\nthe list\r\n--=_b1\r\nContent-Type: text/html',
      ),
    ),
  },
  {
    name: 'a part put in behind',
    code: 'body-inserted',
    part: 'body',
    visible: 'always',
    message: MULTIPART,
    change: body(text =>
      text.replace(
        '--=_b1--',
        '--=_b1\r\nContent-Type: text/plain\r\nContent-Disposition: inline\r\n\r\nfooter\r\n--=_b1--',
      ),
    ),
  },
  {
    name: 'footers in two parts',
    code: 'body-inserted',
    part: 'body',
    visible: 'always',
    message: MULTIPART,
    change: body(text =>
      text
        .replace('\r\n--=_b1\r\nContent-Type: text/html', '\r\nfooter\r\n--=_b1\r\nContent-Type: text/html')
        .replace('</body>', '<p>footer</p>\r\n</body>'),
    ),
  },
  {
    name: 'HTML within a line',
    code: 'body-inserted',
    part: 'body',
    visible: 'always',
    message: MULTIPART,
    change: body(text => text.replace('<html><body>', '<html><div>EXTERNAL</div><body>')),
  },
  {
    name: 'white space at line ends',
    code: 'trailing-space-changed',
    part: 'body',
    visible: 'simple',
    change: body(text => text.replace(/all,\r\n/, 'all,  \r\n').replace('-- \r\n', '-- \r\n')),
    message: PLAIN.replace('-- \r\n', '--\r\n'),
  },
  {
    name: 'the space of the signature line',
    code: 'trailing-space-changed',
    part: 'body',
    visible: 'simple',
    change: body(text => text.replace('-- \r\n', '--\r\n')),
  },
  {
    name: 'doubled line ends',
    code: 'blank-lines-changed',
    part: 'body',
    visible: 'always',
    change: body(text => text.replace(/\r\n/g, '\r\n\r\n')),
    message: PLAIN.replace(/(\r\n\r\nHello[\s\S]*)/, tail => `\r\n\r\n${tail.slice(4).replace(/(?:\r\n)+/g, '\r\n')}`),
  },
  {
    name: 'a blank line lost',
    code: 'blank-lines-changed',
    part: 'body',
    visible: 'always',
    change: body(text => text.replace('all,\r\n\r\n', 'all,\r\n')),
  },
  {
    name: 'a dot lost',
    code: 'dot-stuffing-changed',
    part: 'body',
    visible: 'always',
    change: body(text => text.replace('\r\n.and', '\r\nand')),
  },
  {
    name: 'a dot doubled',
    code: 'dot-stuffing-changed',
    part: 'body',
    visible: 'always',
    change: body(text => text.replace('\r\n.and', '\r\n..and')),
  },
  {
    name: 'From quoted',
    code: 'from-quoting-changed',
    part: 'body',
    visible: 'always',
    change: body(text => text.replace('\r\nFrom then', '\r\n>From then')),
  },
  {
    name: 'tabs expanded',
    code: 'tabs-changed',
    part: 'body',
    visible: 'simple',
    message: PLAIN.replace('\tas', '\tas').replace('.  They', '. They').replace('are  short', 'are short'),
    change: body(text => text.replace(/\t/g, '        ')),
  },
  {
    name: 'part fields of Exchange',
    code: 'part-fields-changed',
    part: 'body',
    visible: 'always',
    message: MULTIPART,
    change: body(text =>
      text.replace(
        '\r\nContent-Type: text/html',
        '\r\nX-Microsoft-Exchange-Diagnostics: 1;AB;\r\n\tCD\r\nX-MS-Other: 2\r\nContent-Type: text/html',
      ),
    ),
  },
  {
    name: 'Content-Disposition in a part',
    code: 'part-fields-changed',
    part: 'body',
    visible: 'always',
    message: MULTIPART,
    change: body(text =>
      text.replace('name=a.bin\r\n', 'name=a.bin\r\nContent-Disposition: attachment\r\nContent-ID: <1>\r\n'),
    ),
  },
  {
    name: '8-bit to quoted-printable',
    code: 'transfer-encoding-changed',
    part: 'body',
    visible: 'always',
    message: MULTIPART,
    change: body(text =>
      text
        .replace('Content-Transfer-Encoding: 8bit', 'Content-Transfer-Encoding: quoted-printable')
        .replace('href="', 'href=3D"')
        .replace('f\xc3\xbcr Sie</p>', 'f=C3=BCr Sie</p>'),
    ),
  },
  {
    name: 'quoted-printable to 8-bit',
    code: 'transfer-encoding-changed',
    part: 'body',
    visible: 'always',
    message: MULTIPART,
    change: body(text =>
      text
        .replace('Content-Transfer-Encoding: quoted-printable', 'Content-Transfer-Encoding: 8bit')
        .replace('f=C3=BCr', 'f\xc3\xbcr')
        .replace('=3D', '=')
        .replace('=\r\n', ''),
    ),
  },
  {
    name: '8-bit to base64, whole message',
    code: 'transfer-encoding-changed',
    part: 'body',
    visible: 'always',
    change: message =>
      field(
        'Content-Transfer-Encoding',
        () => ' base64',
      )(
        body(
          text =>
            `${Buffer.from(text, 'latin1')
              .toString('base64')
              .replace(/(.{76})/g, '$1\r\n')}\r\n`,
        )(message),
      ),
  },
  {
    name: 'base64 wrapped anew',
    code: 'lines-rewrapped',
    part: 'body',
    visible: 'always',
    message: MULTIPART,
    change: body(text =>
      text.replace(/AAECAw[^-]*(?=\r\n--)/, data => data.replace(/\r\n/g, '').replace(/(.{64})/g, '$1\r\n')),
    ),
  },
  {
    name: 'UTF-8 to Latin-1',
    code: 'charset-changed',
    part: 'body',
    visible: 'always',
    change: body(text =>
      Buffer.from(text, 'latin1')
        .toString('utf8')
        .replace(/[^\x00-\xff]/g, '?'),
    ),
  },
  {
    name: 'safe links',
    code: 'links-rewritten',
    part: 'body',
    visible: 'always',
    message: MULTIPART,
    change: body(text =>
      text.replace(
        '"https://example.com/angebote"',
        '"https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.com%2Fangebote&amp;data=05%7C01&amp;reserved=0"',
      ),
    ),
  },
  {
    name: 'urldefense',
    code: 'links-rewritten',
    part: 'body',
    visible: 'always',
    message: MULTIPART,
    change: body(text =>
      text.replace(
        '"https://example.com/angebote"',
        '"https://urldefense.com/v3/__https://example.com/angebote__;!!AbC!xyz$"',
      ),
    ),
  },
  {
    name: 'glued footer',
    code: 'body-appended',
    part: 'body',
    visible: 'always',
    message: PLAIN.replace(/Example Ltd\.\r\n$/, 'Example Ltd.'),
    change: body(text => `${text} -- disclaimer\r\nsecond line\r\n`),
  },
  {
    name: 'CR CR LF',
    code: 'line-ends-changed',
    part: 'body',
    visible: 'always',
    change: body(text => text.replace(/\r\n/g, '\r\r\n')),
  },
]

const HEADER: Row[] = [
  {
    name: '[list]',
    code: 'subject-tag',
    part: 'header',
    visible: 'always',
    fields: ['subject'],
    change: field('Subject', value => ` [list]${value}`),
  },
  {
    name: '***SPAM***',
    code: 'subject-tag',
    part: 'header',
    visible: 'always',
    change: field('Subject', value => ` ***SPAM***${value}`),
  },
  {
    name: '[EXTERNAL] behind Re:',
    code: 'subject-tag',
    part: 'header',
    visible: 'always',
    message: PLAIN.replace('Subject: ', 'Subject: Re: '),
    change: field('Subject', value => value.replace('Re: ', 'Re: [EXTERNAL] ')),
  },
  {
    name: 'a tag in an encoded word',
    code: 'subject-tag',
    part: 'header',
    visible: 'always',
    message: MULTIPART,
    change: field('Subject', () => ' =?utf-8?q?=5Blist=5D_Unsere_Angebote_f=C3=BCr_Sie?='),
  },
  {
    name: 'To folded',
    code: 'field-refolded',
    part: 'header',
    visible: 'simple',
    change: field('To', value => value.replace(', ', ',\r\n\t')),
  },
  {
    name: 'Content-Type unfolded',
    code: 'field-refolded',
    part: 'header',
    visible: 'simple',
    message: PLAIN.replace('text/plain; ', 'text/plain;\r\n\t'),
    change: field('Content-Type', value => value.replace(/\r\n\t/, ' ')),
  },
  {
    name: 'a space lost behind the colon',
    code: 'white-space-changed',
    part: 'header',
    visible: 'simple',
    change: field('Subject', value => value.slice(1)),
  },
  {
    name: 'a comma without space',
    code: 'white-space-changed',
    part: 'header',
    visible: 'always',
    change: field('To', value => value.replace(', ', ',')),
  },
  {
    name: 'Mime-Version',
    code: 'field-name-case-changed',
    part: 'header',
    visible: 'simple',
    change: message => message.replace('\r\nMIME-Version:', '\r\nMime-Version:'),
  },
  {
    name: 'quotes lost',
    code: 'address-reformatted',
    part: 'header',
    visible: 'always',
    fields: ['from'],
    change: field('From', value => value.replaceAll('"', '')),
  },
  {
    name: 'quotes put in',
    code: 'address-reformatted',
    part: 'header',
    visible: 'always',
    fields: ['to'],
    change: field('To', value => value.replace('Bob ', '"Bob" ')),
  },
  {
    name: 'domain in capitals',
    code: 'domain-form-changed',
    part: 'header',
    visible: 'always',
    change: field('To', value => value.replace('example.org', 'EXAMPLE.ORG').replace('example.net', 'EXAMPLE.NET')),
  },
  {
    name: 'A-label to U-label',
    code: 'domain-form-changed',
    part: 'header',
    visible: 'always',
    message: PLAIN.replace('bob@example.org', 'bob@xn--mller-kva.example'),
    change: field('To', value => value.replace('xn--mller-kva', 'm\xc3\xbcller')),
  },
  {
    name: 'a recipient added',
    code: 'recipients-changed',
    part: 'header',
    visible: 'always',
    change: field('To', value => `${value}, dave@example.org`),
  },
  {
    name: 'encoded word decoded',
    code: 'encoded-words-changed',
    part: 'header',
    visible: 'always',
    message: MULTIPART,
    change: field('Subject', () => ' Unsere Angebote f\xc3\xbcr Sie'),
  },
  {
    name: 'encoded word as base64',
    code: 'encoded-words-changed',
    part: 'header',
    visible: 'always',
    message: MULTIPART,
    change: field('Subject', () => ` =?UTF-8?B?${Buffer.from('Unsere Angebote für Sie').toString('base64')}?=`),
  },
  {
    name: '8-bit name encoded',
    code: 'encoded-words-changed',
    part: 'header',
    visible: 'always',
    message: MULTIPART,
    change: field('From', () => ' =?utf-8?q?M=C3=BCller_M=C3=B6bel?= <news@example.com>'),
  },
  {
    name: 'Message-ID replaced',
    code: 'field-replaced',
    part: 'header',
    visible: 'always',
    fields: ['message-id'],
    change: message =>
      add('X-Original-Message-ID: <20261122115950.1234@mail.example.com>')(
        field('Message-ID', () => ' <new@relay.example>')(message),
      ),
  },
  {
    name: 'To replaced',
    code: 'field-replaced',
    part: 'header',
    visible: 'always',
    change: message =>
      add('X-Old-To: Bob <bob@example.org>, "Carol C." <carol@example.net>')(
        field('To', () => ' undisclosed-recipients:;')(message),
      ),
  },
  {
    name: 'Date in UTC',
    code: 'date-changed',
    part: 'header',
    visible: 'always',
    fields: ['date'],
    change: field('Date', () => ' Sun, 22 Nov 2026 11:59:50 +0000'),
  },
  {
    name: 'Date replaced',
    code: 'date-changed',
    part: 'header',
    visible: 'always',
    change: field('Date', () => ' Mon, 23 Nov 2026 01:00:00 +0000'),
  },
  {
    name: 'From via a list',
    code: 'from-rewritten',
    part: 'header',
    visible: 'always',
    fields: ['from'],
    change: message =>
      add('X-Original-From: ann@example.com')(
        field('From', () => ' "Ann Author via List" <list@example.org>')(message),
      ),
  },
  {
    name: 'From in Reply-To',
    code: 'from-rewritten',
    part: 'header',
    visible: 'always',
    message: PLAIN.replace('"Ann Author"', 'Ann Author'),
    change: message =>
      add('X-Reply: 1\r\nSender: Ann Author <ann@example.com>')(
        field('From', () => ' Ann Author via List <list@example.org>')(message),
      ),
  },
  {
    name: 'Content-Transfer-Encoding changed',
    code: 'mime-fields-changed',
    part: 'header',
    visible: 'always',
    change: field('Content-Transfer-Encoding', () => ' quoted-printable'),
  },
  {
    name: 'charset quoted',
    code: 'mime-fields-changed',
    part: 'header',
    visible: 'always',
    change: field('Content-Type', value => value.replace('utf-8', '"utf-8"')),
  },
  {
    name: 'MIME-Version removed',
    code: 'field-removed',
    part: 'header',
    visible: 'always',
    fields: ['mime-version'],
    change: message => message.replace('MIME-Version: 1.0\r\n', ''),
  },
  {
    name: 'List-Unsubscribe-Post removed',
    code: 'field-removed',
    part: 'header',
    visible: 'always',
    message: MULTIPART,
    change: message => message.replace(/List-Unsubscribe-Post:.*\r\n/, ''),
  },
  {
    name: 'Reply-To added',
    code: 'field-added',
    part: 'header',
    visible: 'always',
    fields: ['reply-to'],
    change: add('Reply-To: list@example.org'),
  },
  {
    name: 'a second Subject',
    code: 'field-added',
    part: 'header',
    visible: 'always',
    fields: ['subject'],
    change: message => message.replace('\r\nDate:', '\r\nSubject: another\r\nDate:'),
  },
]

const PAIRS: readonly (readonly [CanonicalizationName, CanonicalizationName])[] = [
  ['simple', 'simple'],
  ['simple', 'relaxed'],
  ['relaxed', 'simple'],
  ['relaxed', 'relaxed'],
]

for (const type of ['rsa', 'ed25519'] as const satisfies readonly Type[]) {
  describe(type, () => {
    describe.each([...BODY, ...HEADER])('$name', ({ code, part, visible, message = PLAIN, change, lines, fields }) => {
      it.each(PAIRS)('%s/%s', async (header, bodyForm) => {
        const original = await signed(message, { type, header, body: bodyForm })
        const changed = change(original)
        expect(changed).not.toBe(original)
        const outcome = await explained(changed)
        const form = part === 'body' ? bodyForm : header
        const [signature] = outcome.signatures
        if (visible === 'simple' && form === 'relaxed') {
          expect(signature).toMatchObject({ result: 'pass', diagnosis: 'intact', explanations: [], hypothesesTried: 0 })
          return
        }
        expect(signature!.result).toBe('fail')
        expect(codesOf(outcome), signature!.explanations.map(({ text }) => text).join('; ')).toContain(`${code} proven`)
        const found = signature!.explanations.find(item => item.code === code)!
        expect(found.part).toBe(part)
        expect(found.advice).not.toBe('')
        if (lines !== undefined) expect(found.lines).toEqual(lines)
        if (fields !== undefined) expect(found.fields).toEqual(fields)
        expect(signature!.hypothesesTried).toBeGreaterThan(0)
      })
    })
  })
}
