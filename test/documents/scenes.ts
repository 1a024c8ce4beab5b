// For each reason and warning a message and records that end in it: the reader of its page is in this situation.
import { createPublicKey } from 'node:crypto'
import type { GuideCode } from '../../src/report/guide/guide.js'
import { type EvilOptions, evilField, evilSign } from '../support/evil-signer.js'
import { M0, NOW } from '../support/hostile.js'
import { KEYS, keyRecord } from '../support/keys.js'
import { VECTORS } from '../support/vectors.js'

export interface Scene {
  readonly message: string
  /** The records at the name of the key. */
  readonly records: readonly string[]
  readonly failing: boolean
}

const NAME = 'sel._domainkey.legit.test'

function scene(
  options: EvilOptions,
  edit = (text: string) => text,
  records = [keyRecord(options.key ?? 'rsa2048')],
): Scene {
  return { message: edit(evilSign(M0, options)), records, failing: false }
}

const signed = (message: string, options: EvilOptions = {}): Scene => ({
  message: evilSign(message, options),
  records: [keyRecord('rsa2048')],
  failing: false,
})

const pkcs1 = createPublicKey(KEYS.rsa2048).export({ type: 'pkcs1', format: 'der' }).toString('base64')
const asIs = (text: string) => text
const DAY = 86_400

const WARNING_SCENES: Readonly<Partial<Record<GuideCode, Scene>>> = {
  'weak-key': scene({ key: 'rsa1024' }),
  'unusual-exponent': scene({ key: 'rsa2048e3' }),
  'pkcs1-key': scene({}, asIs, [`v=DKIM1; k=rsa; p=${pkcs1}`]),
  'testing-key': scene({}, asIs, [keyRecord('rsa2048', 't=y')]),
  'multiple-keys': scene({}, asIs, [keyRecord('rsa2048'), keyRecord('rsa2048other')]),
  'unprotected-field': scene({ tags: { h: 'from:to:date' } }),
  'duplicate-field': signed(M0.replace('To:', 'To: <c@rcpt.test>\r\nTo:'), { tags: { h: 'from:to:to:subject:date' } }),
  'body-length': scene({ extra: 'l=7' }),
  'old-signature': scene({ extra: `t=${NOW - 400 * DAY}` }),
  'tag-case': scene({ extra: 'L=7' }),
  'nul-in-header': signed(M0.replace('hi', 'h\0i')),
  'space-before-colon': signed(M0.replace('Subject:', 'Subject :')),
  'malformed-header': scene({}, text => text.replace('\r\n\r\n', '\r\nnot a header line\r\n\r\n')),
  'mixed-line-endings': scene({}, text => text.replace('Hello\r\n', 'Hello\n')),
  'lf-converted': scene({}, text => text.replaceAll('\r\n', '\n')),
  'signature-limit': { ...scene({}), message: evilField(M0).repeat(12) + M0 },
  'header-limit': scene({}, text => text.replace('Subject:', `X-Long: ${'a'.repeat(2 ** 20)}\r\nSubject:`)),
  'not-verified': scene({}, text => `DKIM2-Signature: i=1; d=legit.test\r\n${text}`),
  'not-aligned': signed(M0.replace('a@legit.test', 'a@other.test')),
  'attached-message': scene({}, text => `From: a@legit.test\r\nContent-Type: message/rfc822\r\n\r\n${text}`),
  'attachments-not-searched': scene(
    {},
    () => `From: a@legit.test\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${'text\r\n'.repeat(50_000)}`,
  ),
  'damaged-copy': scene({}, text => `\r\n${text}`),
  'no-from': signed(M0.replace(/^From:.*\r\n/m, '')),
}

export function sceneOf(code: GuideCode): Scene {
  const ready = WARNING_SCENES[code]
  if (ready !== undefined) return ready
  const vector = VECTORS.find(({ signatures }) => signatures.some(([reason]) => reason === code))
  if (vector === undefined) throw new Error(`no scene for ${code}`)
  const { message, records, failing } = vector
  return { message, records: [records[NAME] ?? []].flat(), failing: failing !== undefined }
}

/** The same records under the name in the message and under the one that the lines of the pages have. */
export function zoneOf({ records, failing }: Scene, servers: string): string {
  const names = [NAME, 'mail._domainkey.example.com']
  if (failing) return JSON.stringify(Object.fromEntries(names.map(name => [name, { error: 'SERVFAIL' }])))
  const quoted = (text: string): string => (text.match(/.{1,255}/gs) ?? ['']).map(part => `"${part}"`).join(' ')
  return servers + names.flatMap(name => records.map(text => `${name}. 3600 IN TXT ${quoted(text)}\n`)).join('')
}
