// Key records that lie, as they come over the wire: the reason a verifier gives, and what it cost to find out.
import { describe, expect, it } from 'vitest'
import { KeyCache, type KeyLookup, lookUpKeys } from '../../../src/core/dkim/key-lookup.js'
import type { Reason } from '../../../src/core/dkim/result.js'
import { createClient } from '../../../src/core/dns/client.js'
import {
  ED25519,
  ED25519_SPKI,
  ED25519_WEAK,
  RSA_512,
  RSA_2048,
  RSA_2048_E1,
  RSA_2048_SECOND,
} from '../../support/public-keys.js'
import { type Handler, startRawDnsServer } from '../../support/raw-dns-server.js'
import { ASKED, cname, FLAG, reply, soa, txt } from '../../support/wire.js'

const NAME = 'sel._domainkey.legit.test'
const REC = `v=DKIM1; k=rsa; p=${RSA_2048}`

async function keysFrom(handler: Handler): Promise<{ lookup: KeyLookup; queries: number }> {
  const server = await startRawDnsServer(handler)
  try {
    const client = createClient({ nameservers: [server.text], timeout: 3000, attemptTimeout: 200 })
    const lookup = await lookUpKeys(client, NAME, new KeyCache())
    return { lookup, queries: server.queries.length }
  } finally {
    await server.close()
  }
}

/** The reason of each record, `ok` for a usable key, or the one reason why there is none. */
function outcomes({ candidates, rejection }: KeyLookup): string[] {
  if (rejection !== null) return [rejection.reason]
  return candidates.map(candidate => candidate.rejection?.reason ?? 'ok')
}

const records =
  (...texts: (string | Buffer)[]): Handler =>
  query => {
    const whole = reply(query, { answers: texts.map(text => txt(ASKED, text)) })
    return query.transport === 'udp' && whole.length > 1232 ? reply(query, { flags: FLAG.TC }) : whole
  }

describe('one record', () => {
  const table: [string, Handler, Reason | 'ok', number | 'several'][] = [
    ['the key', records(REC), 'ok', 1],
    ['D-05 NODATA', query => reply(query, { authorities: [soa('legit.test')] }), 'no-key-for-signature', 1],
    [
      'D-05 alias to NXDOMAIN',
      query => reply(query, { rcode: 3, answers: [cname(ASKED, 'x.test')] }),
      'no-key-for-signature',
      1,
    ],
    ['D-05 alias loop', query => reply(query, { answers: [cname(ASKED, NAME)] }), 'no-key-for-signature', 1],
    ['D-08 wildcard text', records('v=spf1 include:_spf.legit.test -all'), 'no-key-for-signature', 1],
    ['D-09 60 kB of text', records('x'.repeat(60_000)), 'key-syntax-error', 2],
    ['D-09 p= of 5512 characters', records(`v=DKIM1; p=${'A'.repeat(5512)}`), 'key-syntax-error', 2],
    ['D-09 p= of 4096 characters', records(`v=DKIM1; p=${'A'.repeat(4096)}`), 'key-syntax-error', 2],
    [
      'D-11 bytes above 7F',
      records(Buffer.concat([Buffer.from(`v=DKIM1; p=${RSA_2048}`), Buffer.of(0xe9)])),
      'key-syntax-error',
      1,
    ],
    ['D-11 NUL', records(`v=DKIM1;\0p=${RSA_2048}`), 'key-syntax-error', 1],
    ['D-12 quotes', records(`"${REC}"`), 'key-syntax-error', 1],
    ['D-12 quotes around p=', records(`v=DKIM1; p="${RSA_2048}"`), 'key-syntax-error', 1],
    ['D-12 \\;', records(REC.replaceAll(';', '\\;')), 'key-syntax-error', 1],
    ['D-12 pasted twice', records(REC + REC), 'key-syntax-error', 1],
    ['D-12 HTML entities', records(REC.replaceAll(';', '&#59;')), 'key-syntax-error', 1],
    ['D-13 v= last', records(`p=${RSA_2048}; v=DKIM1`), 'key-syntax-error', 1],
    ['D-13 v=DKIM2', records(`v=DKIM2; p=${RSA_2048}`), 'key-syntax-error', 1],
    ['D-13 v=dkim1', records(`v=dkim1; p=${RSA_2048}`), 'key-syntax-error', 1],
    ['D-14 k=foo', records(`v=DKIM1; k=foo; p=${RSA_2048}`), 'unsupported-key-type', 1],
    ['D-14 k=RSA', records(`v=DKIM1; k=RSA; p=${RSA_2048}`), 'unsupported-key-type', 1],
    ['D-14 k=ed25519 over RSA', records(`v=DKIM1; k=ed25519; p=${RSA_2048}`), 'key-syntax-error', 1],
    ['D-14 no k= over 32 octets', records(`v=DKIM1; p=${ED25519}`), 'key-syntax-error', 1],
    ['D-19 revoked', records('v=DKIM1; p='), 'key-revoked', 1],
    ['D-19 no p=', records('v=DKIM1; k=rsa'), 'key-syntax-error', 1],
    ['D-19 p=0', records('v=DKIM1; p=0'), 'key-syntax-error', 1],
    ['D-19 p=====', records('v=DKIM1; p====='), 'key-syntax-error', 1],
    [
      'D-20 PEM armour',
      records(`v=DKIM1; p=-----BEGIN PUBLIC KEY-----${RSA_2048}-----END PUBLIC KEY-----`),
      'key-syntax-error',
      1,
    ],
    ['D-20 OpenSSH', records('v=DKIM1; p=AAAAB3NzaC1yc2EAAAADAQABAAABAQ=='), 'key-syntax-error', 1],
    ['K-01 exponent 1', records(`v=DKIM1; p=${RSA_2048_E1}`), 'key-unsafe', 1],
    ['K-03 512 bits', records(`v=DKIM1; p=${RSA_512}`), 'key-too-short', 1],
    ['K-11 point of small order', records(`v=DKIM1; k=ed25519; p=${ED25519_WEAK}`), 'key-unsafe', 1],
    ['K-13 Ed25519 as SPKI', records(`v=DKIM1; k=ed25519; p=${ED25519_SPKI}`), 'key-syntax-error', 1],
    // Once more with checking disabled, for the cause.
    ['D-21 SERVFAIL', query => reply(query, { rcode: 2 }), 'key-unavailable', 2],
    ['D-21 REFUSED', query => reply(query, { rcode: 5 }), 'key-unavailable', 1],
    ['D-21 silence', () => undefined, 'key-unavailable', 'several'],
    [
      'D-04 records of another owner',
      query => reply(query, { answers: [txt('unrelated.test', REC)] }),
      'key-unavailable',
      2,
    ],
    ['D-10 malformed', query => reply(query, { answers: [txt(ASKED, REC)] }).subarray(0, -1), 'key-unavailable', 2],
  ]
  it.concurrent.each(table)('%s', async (_row, handler, reason, queries) => {
    const seen = await keysFrom(handler)
    expect(outcomes(seen.lookup)).toEqual([reason])
    if (queries === 'several') expect(seen.queries).toBeGreaterThan(1)
    else expect(seen.queries).toBe(queries)
  })
})

describe('D-07 several records', () => {
  const other = `v=DKIM1; p=${RSA_2048_SECOND}`
  it.each<[string, string[], string[]]>([
    ['another text first', ['v=spf1 -all', REC], ['ok']],
    ['another text last', [REC, 'v=spf1 -all'], ['ok']],
    ['two keys, in their order', [other, REC], ['ok', 'ok']],
    ['a revoked one beside', ['v=DKIM1; p=', REC], ['key-revoked', 'ok']],
    ['halves are never joined', [REC.slice(0, 200), REC.slice(200)], ['key-syntax-error']],
    ['no more than four are tried', [REC, other, `${REC};`, `${other};`, ` ${REC}`], ['ok', 'ok', 'ok', 'ok']],
    ['17 records', Array.from({ length: 17 }, (_, index) => `v=DKIM1; n=${index}; p=`), ['key-syntax-error']],
  ])('%s', async (_row, texts, expected) => {
    const { lookup } = await keysFrom(records(...texts))
    expect(outcomes(lookup)).toEqual(expected)
  })
})
