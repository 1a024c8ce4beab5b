// What is fuzzed: each target takes any bytes and throws where something does not hold. A parser may refuse, in its own words only.

import { gzipSync } from 'node:zlib'
import { memorySource } from '../../src/commands/io/byte-source.js'
import { isMbox, mboxRanges } from '../../src/commands/mail/mbox.js'
import { bodyCanonicalizer } from '../../src/core/dkim/canonicalize-body.js'
import { CanonicalHeader } from '../../src/core/dkim/canonicalize-header.js'
import { indexFields, parseHeaderSection, selectFields } from '../../src/core/dkim/header.js'
import { parseKeyRecord } from '../../src/core/dkim/key-record.js'
import { LineEndNormalizer } from '../../src/core/dkim/line-endings.js'
import { publicKeyOfRecord } from '../../src/core/dkim/record-key.js'
import { parseSignature, withEmptyB } from '../../src/core/dkim/signature.js'
import { parseTagList } from '../../src/core/dkim/tag-list.js'
import { verify } from '../../src/core/dkim/verify.js'
import { decodeMessage } from '../../src/core/dns/message.js'
import type { TxtAnswer } from '../../src/core/dns/resolver.js'
import { readZone } from '../../src/core/dns/zone-file.js'
import { readRsaPublicKey, readSubjectPublicKeyInfo, writeRsaPublicKey } from '../../src/core/keys/der.js'
import { parseKeyTable, parseSigningTable } from '../../src/core/keys/key-table.js'
import { importPrivateKey, importPublicKey } from '../../src/core/keys/private-key.js'
import { readKeyMaterial } from '../../src/core/lookup/key-formats.js'
import { lintRecord } from '../../src/core/lookup/lint.js'
import { ARCHIVE_LIMITS, unpack } from '../../src/core/rotation/archive.js'
import { readAggregateReport } from '../../src/core/rotation/dmarc-report.js'
import { parseState } from '../../src/core/rotation/state.js'
import { isTagName } from '../../src/core/syntax/names.js'
import { visible, visibleBytes } from '../../src/report/text/style.js'
import { canonicalBody } from '../support/evil-signer.js'

export interface Target {
  /** Valid inputs to begin with, as latin1 text. */
  readonly seeds: readonly string[]
  run(bytes: Buffer): void | Promise<void>
}

/** How our own code refuses. */
const REFUSALS = new Set(['DkimError', 'Rejection', 'TagListError', 'DerError', 'MalformedMessage'])

export class Finding extends Error {}

export function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new Finding(what)
}

/** Runs what may refuse; every other error is a finding. */
function refusable<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    if (error instanceof Finding) throw error
    if (error instanceof Error && REFUSALS.has(error.constructor.name)) return undefined
    throw error
  }
}

const latin1 = (bytes: Buffer): string => bytes.toString('latin1')

const P = 'MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='
const SIGNATURE =
  'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=legit.test; s=sel;\r\n i=a=40b@legit.test; l=3; q=dns/txt; t=1; x=2; z=From:a|To:b;\r\n h=from:to; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=QUJD\r\n\r\n'
const MESSAGE = `${SIGNATURE.slice(0, -2)}From: A <a@legit.test>\r\nTo: b\r\nSubject: x\r\n y\r\n\r\nHello \t x\r\n\r\n`

export const TARGETS: Readonly<Record<string, Target>> = {
  'tag-list': {
    seeds: ['v=DKIM1; k=rsa; p=QUJD', ' a = b\r\n ;c=;', 'a=1;a=2', 'a=;;'],
    run(bytes) {
      const text = latin1(bytes)
      const tags = refusable(() => parseTagList(text))
      for (const { name, value, valueStart, valueEnd } of tags?.values() ?? []) {
        expectThat(isTagName(name), 'a tag name')
        expectThat(text.slice(valueStart, valueEnd) === value, 'a range that holds the value')
      }
    },
  },
  header: {
    seeds: ['A: b\r\nC:d\r\n e\r\n', 'From : x\r\n y\r\nX\r\n', ' a\r\n', 'A:\rb\nc'],
    run(bytes) {
      const section = parseHeaderSection(bytes)
      let last = 0
      for (const field of section.fields) {
        expectThat(field.start >= last && field.valueStart > field.nameEnd, 'fields in order')
        expectThat(field.valueEnd >= field.valueStart, 'a value that ends behind its start')
        last = field.valueEnd
      }
      const index = indexFields(section.fields)
      const names = section.fields.map(({ name }) => name)
      expectThat(selectFields(index, [...names, ...names], null).length === names.length, 'each field selected once')
      for (const how of ['simple', 'relaxed'] as const) {
        const header = new CanonicalHeader(how)
        for (const field of section.fields) header.addField(section, field)
        expectThat(header.bytes.length <= bytes.length + 2 * names.length, 'canonical fields that do not grow')
      }
    },
  },
  body: {
    seeds: ['a  b \r\n\r\n', '\r\n\r\n', ' \t\r\n\r', `x${' \r\n'.repeat(600)}y`, `${'a b '.repeat(400)}\r\n\t`],
    run(bytes) {
      // The first octet says where to cut.
      const cut = (bytes[0] ?? 0) * 8
      const content = bytes.subarray(1)
      for (const how of ['simple', 'relaxed'] as const) {
        let text = ''
        const canonicalizer = bodyCanonicalizer(how, piece => {
          text += latin1(piece)
        })
        canonicalizer.write(content.subarray(0, cut))
        canonicalizer.write(content.subarray(cut))
        canonicalizer.end()
        expectThat(text === canonicalBody(latin1(content), how), `${how} as the oracle has it`)
      }
    },
  },
  'line-endings': {
    seeds: ['a\r\nb\n', '\n\r', 'a\rb\r\n', 'a\n\n'],
    run(bytes) {
      const read = (chunks: Buffer[]): string => {
        let text = ''
        const lines = new LineEndNormalizer(chunk => {
          text += Buffer.from(chunk).toString('latin1')
        })
        for (const chunk of chunks) lines.write(chunk)
        lines.end()
        return `${text}|${lines.lineEnd}|${lines.mixed}`
      }
      const whole = read([bytes])
      expectThat(whole === read(Array.from(bytes, octet => Buffer.of(octet))), 'the same in every chunking')
    },
  },
  signature: {
    seeds: [SIGNATURE.slice(0, -2)],
    run(bytes) {
      const section = parseHeaderSection(Buffer.concat([Buffer.from('DKIM-Signature:'), bytes]))
      const field = section.fields[0]
      if (field === undefined) return
      const signature = parseSignature(section, field)
      const { keyName, rejection } = signature
      expectThat(
        keyName === null || /^[a-z0-9_.-]+\._domainkey\.[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/.test(keyName),
        'a safe name',
      )
      expectThat(rejection !== null || signature.signedFields.includes('from'), 'From is signed')
      expectThat(withEmptyB(section, signature).length <= field.valueEnd - field.start, 'an emptied b=')
    },
  },
  'key-record': {
    seeds: ['v=DKIM1; k=rsa; h=sha256; s=email; t=y:s; n=a=20b; p=QUJD', `k=ed25519; p=${P}`, 'v=DKIM1; p='],
    run(bytes) {
      const text = latin1(bytes)
      const record = refusable(() => parseKeyRecord(text))
      if (record !== undefined) refusable(() => publicKeyOfRecord(record))
      lintRecord(text)
    },
  },
  der: {
    seeds: ['\x30\x06\x02\x01\x03\x02\x01\x03', Buffer.from(P, 'base64').toString('latin1')],
    run(bytes) {
      const numbers = refusable(() => readRsaPublicKey(bytes))
      expectThat(numbers === undefined || writeRsaPublicKey(numbers).equals(bytes), 'one encoding for each key')
      refusable(() => readSubjectPublicKeyInfo(bytes))
    },
  },
  'key-file': {
    seeds: [
      '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n',
      'nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=',
      '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n',
      `v=DKIM1; k=ed25519; p=${P}`,
    ],
    run(bytes) {
      refusable(() => importPrivateKey(bytes))
      refusable(() => importPublicKey(bytes))
      refusable(() => readKeyMaterial(bytes))
    },
  },
  'zone-file': {
    seeds: [
      '$ORIGIN legit.test.\n$TTL 1h\nsel._domainkey IN TXT ( "v=DKIM1;" ; x\n "p=\\065" )\na CNAME b\n',
      '{"sel._domainkey.legit.test": ["v=DKIM1; p="], "a.test": {"error": "TIMEOUT"}}',
      '@ 300 IN SOA ns root 1 2 3 4 5\n* TXT x\n\\# 1 00\nx TYPE16 \\# 2 0141\n',
    ],
    run(bytes) {
      const zone = refusable(() => readZone(bytes, 'zone'))
      for (const name of ['sel._domainkey.legit.test', 'a.test', 'b.legit.test']) zone?.lookup(name, 'TXT')
    },
  },
  'dns-message': {
    seeds: [
      '\x12\x34\x81\x80\0\x01\0\x01\0\0\0\0\x01a\x04test\0\0\x10\0\x01\xc0\x0c\0\x10\0\x01\0\0\x01\x2c\0\x03\x02hi',
      '\x12\x34\x81\x80\0\x01\0\x02\0\0\0\x01\x01a\x04test\0\0\x10\0\x01\xc0\x0c\0\x05\0\x01\0\0\x01\x2c\0\x04\x01b\xc0\x0e\xc0\x22\0\x10\0\x01\0\0\x01\x2c\0\x03\x02hi\0\0\x29\x04\xd0\0\0\0\0\0\0'.replace(
        '\xc0\x22',
        '\xc0\x24',
      ),
    ],
    run(bytes) {
      refusable(() => decodeMessage(bytes))
    },
  },
  mbox: {
    seeds: [
      'From a@b Mon Jan  1 00:00:00 2024\r\nA: b\r\n\r\nx\r\n\r\nFrom c@d Mon Jan  1 00:00:00 2024\nA: b\n\n>From x\n',
    ],
    run(bytes) {
      if (!isMbox(bytes)) return
      let last = 0
      for (const { start, end } of mboxRanges(memorySource(bytes))) {
        expectThat(start >= last && end >= start && end <= bytes.length, 'ranges in order')
        last = end
      }
    },
  },
  'key-table': {
    seeds: ['# x\nk1 legit.test:sel:/keys/a.pem\n', '*@legit.test k1\nlegit.test k1,k2\n', 'refile:x %:%:%\n'],
    run(bytes) {
      refusable(() => parseKeyTable(latin1(bytes), 'KeyTable'))
      refusable(() => parseSigningTable(latin1(bytes), 'SigningTable'))
    },
  },
  'dmarc-report': {
    seeds: [
      '<?xml version="1.0"?><feedback><report_metadata><org_name>x</org_name><report_id>1</report_id><date_range><begin>1</begin><end>2</end></date_range></report_metadata><record><row><count>3</count></row><auth_results><dkim><domain>legit.test</domain><selector>sel</selector><result>pass</result></dkim></auth_results></record></feedback>',
      '<feedback><!-- x --><a b="&lt;"/><![CDATA[x]]></feedback>',
    ],
    run(bytes) {
      refusable(() => readAggregateReport(bytes, 'report', 'legit.test'))
    },
  },
  archive: {
    seeds: [
      gzipSync('<feedback/>').toString('latin1'),
      'PK\x05\x06'.padEnd(22, '\0'),
      `PK\x03\x04${'\0'.repeat(26)}PK\x01\x02`,
    ],
    run(bytes) {
      let size = 0
      for (const file of unpack(bytes, 'archive')) if (!('error' in file)) size += file.bytes.length
      expectThat(size <= ARCHIVE_LIMITS.bytes, 'no more than the bound')
    },
  },
  'rotation-state': {
    seeds: ['{"schema":"dkim.rotation-state/1","plans":[]}', '{"__proto__":1}'],
    run(bytes) {
      refusable(() => parseState(latin1(bytes)))
    },
  },
  visible: {
    seeds: ['a\x1b[2J\xc2\x9b', '\xe2\x80\xae'],
    run(bytes) {
      for (const text of [visible(latin1(bytes)), visible(bytes.toString('utf8')), visibleBytes(bytes)]) {
        expectThat(!/[\0-\x1f\x7f-\x9f\u202a-\u202e\u2028]/.test(text), 'nothing that a terminal acts on')
      }
    },
  },
  message: {
    seeds: [MESSAGE],
    async run(bytes) {
      const queries: string[] = []
      const resolver = {
        txt(name: string): TxtAnswer {
          queries.push(name)
          // Its own octets, as the key record.
          const data = bytes.subarray(0, 400)
          const none = { chain: [], authenticated: null, negativeTtl: null, server: null, detail: null }
          return { name, status: 'found', records: [{ data, ttl: null, strings: 1 }], ...none }
        },
      }
      const report = await verify(bytes, { resolver, now: new Date(0) })
      expectThat(report.result !== 'pass', 'no pass without a signature')
      expectThat(
        queries.every(name => /\._domainkey\.[a-z0-9_-]+\./.test(name)),
        'queries for keys alone',
      )
      const half = bytes.length >> 1
      const again = await verify([bytes.subarray(0, half), bytes.subarray(half)], { resolver, now: new Date(0) })
      expectThat(JSON.stringify(again) === JSON.stringify(report), 'the same in every chunking')
    },
  },
}
