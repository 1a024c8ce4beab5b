// The messages that go to and fro between us and the peers: one for each way in which canonicalizations have been got wrong.

const HEADER =
  'From: Alice <alice@example.com>\r\nTo: bob@example.net\r\nSubject: hello\r\nMessage-ID: <1@example.com>\r\n'

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

export const MESSAGES: Readonly<Record<string, Buffer>> = {
  'plain text': latin1(`${HEADER}\r\nHi Bob,\r\n\r\nbye\r\n`),
  'LF line ends': latin1(`${HEADER}\r\nHi Bob,\r\n\r\nbye\r\n`.replaceAll('\r\n', '\n')),
  // The second byte of U+00E0 is A0, which is white space in many languages' strings.
  '8-bit header': latin1(
    `${HEADER}X-Note: \xc3\xa0 caf\xc3\xa9 \xc3\xa0\r\nComments: \xa0\xff\r\n\r\nbody \xc3\xa0 \r\n`,
  ),
  'empty body': latin1(`${HEADER}\r\n`),
  'only blank lines': latin1(`${HEADER}\r\n\r\n\r\n`),
  'trailing blank lines': latin1(`${HEADER}\r\nbody\r\n\r\n\r\n`),
  'unterminated last line': latin1(`${HEADER}\r\nbody\r\nlast`),
  'white space': latin1(`${HEADER}\r\n \tx \t y\t\r\n \r\n\t\r\nz  z \r\n \r\n`),
  'folded fields': latin1(
    `From: "A very long name"\r\n\t <alice@example.com>\r\nTo: bob@example.net,\r\n carol@example.net\r\n\r\nbody\r\n`,
  ),
  'white space in fields': latin1(
    `${HEADER}COMMENTS:   a \t b\r\n  c  \r\nX-Tight:x\r\nDate: \r\nKeywords:\r\n\r\nbody\r\n`,
  ),
  'repeated fields': latin1(
    `Received: from a\r\nReceived: from b\r\n${HEADER}Comments: one\r\nComments: two\r\nComments: three\r\n\r\nbody\r\n`,
  ),
  'long lines': latin1(`${HEADER}X-Long: ${'x'.repeat(900)}\r\n\r\n${'word '.repeat(190)}\r\n.\r\n..\r\nFrom here\r\n`),
}

export const CANONICALIZATIONS = ['relaxed/relaxed', 'relaxed/simple', 'simple/relaxed', 'simple/simple'] as const
