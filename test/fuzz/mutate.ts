// Mutations of inputs: octets, tokens of the formats at hand, pieces moved, doubled and dropped.

/** A small generator of pseudo-random numbers (mulberry32), so that a run can be repeated. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return below => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const TOKENS = [
  '\r\n',
  '\r',
  '\n',
  ' ',
  '\t',
  '\0',
  '\xff',
  ';',
  '=',
  ':',
  '"',
  '\\',
  '(',
  ')',
  '@',
  '.',
  '..',
  '{',
  '}',
  '[',
  ']',
  ',',
  '<',
  '>',
  '&lt;',
  '&#0;',
  'v=',
  'DKIM1',
  'p=',
  'b=',
  'bh=',
  'd=',
  's=',
  'h=',
  'i=',
  'l=',
  'from',
  'From: ',
  'DKIM-Signature:',
  '_domainkey',
  'xn--',
  '__proto__',
  '=00',
  '=3D',
  '\xc0\x0c',
  '\0\x10\0\x01',
  '99999999999999999999',
  '-1',
  '0x7',
  '1e9',
  '$ORIGIN ',
  '$TTL ',
  '$INCLUDE ',
  'IN TXT ',
  '\\065',
  '\\#',
  'null',
  '-----BEGIN ',
  'From a@b Mon Jan  1 00:00:00 2024\n',
  '<![CDATA[',
  '<!DOCTYPE x [',
  '\x1b[',
  '\xe2\x80\xae',
  '\xef\xbb\xbf',
  '\x30\x82',
  '\x02\x01\x00',
].map(token => Buffer.from(token, 'latin1'))

const MAX_LENGTH = 8192

export function mutate(input: Buffer, other: Buffer, random: (below: number) => number): Buffer {
  let bytes: Buffer = Buffer.from(input)
  for (let count = 1 + random(4); count > 0; count -= 1) bytes = once(bytes, other, random)
  return bytes.subarray(0, MAX_LENGTH)
}

function once(bytes: Buffer, other: Buffer, random: (below: number) => number): Buffer {
  const at = random(bytes.length + 1)
  const to = at + random(bytes.length - at + 1)
  const put = (piece: Buffer, end = at): Buffer => Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(end)])
  switch (random(9)) {
    case 0:
      return put(Buffer.of(random(256)), Math.min(at + 1, bytes.length))
    case 1:
      return put(Buffer.of((bytes[at] ?? 0) ^ (1 << random(8))), Math.min(at + 1, bytes.length))
    case 2:
      return put(TOKENS[random(TOKENS.length)]!)
    case 3:
      return put(TOKENS[random(TOKENS.length)]!, to)
    case 4:
      return put(Buffer.alloc(0), to)
    case 5:
      return put(Buffer.concat([bytes.subarray(at, to), bytes.subarray(at, to)]), to)
    case 6: {
      const from = random(other.length + 1)
      return put(other.subarray(from, from + random(64)))
    }
    case 7:
      return put(Buffer.alloc(random(300), bytes[at] ?? 0x20))
    default:
      return put(Buffer.from(bytes.subarray(at, to)).reverse(), to)
  }
}
