// What DNS said as zone file lines: octet by octet, so that it reads back as the same answer (RFC 1035 §5.1).

import type { TxtAnswer } from '../../core/dns/resolver.js'

/** The aliases, then the records at their end. */
export function toZoneLines(answer: TxtAnswer): string[] {
  const owner = answer.chain.at(-1)?.target ?? answer.name.toLowerCase()
  const links = answer.chain.map(({ name, target, ttl }) => `${name}. ${ttl} IN CNAME ${target}.`)
  const records = answer.records.map(
    ({ data, ttl }) => `${owner}.${ttl === null ? '' : ` ${ttl}`} IN TXT ${strings(data)}`,
  )
  return [...links, ...records]
}

const MAX_STRING = 255

function strings(data: Uint8Array): string {
  const quoted: string[] = []
  for (let start = 0; start === 0 || start < data.length; start += MAX_STRING) {
    quoted.push(`"${escaped(data.subarray(start, start + MAX_STRING))}"`)
  }
  return quoted.join(' ')
}

function escaped(octets: Uint8Array): string {
  return Array.from(octets, octet => {
    const character = String.fromCharCode(octet)
    if (character === '"' || character === '\\') return `\\${character}`
    return octet < 0x20 || octet > 0x7e ? `\\${String(octet).padStart(3, '0')}` : character
  }).join('')
}
