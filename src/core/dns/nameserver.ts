// Addresses of name servers, read strictly: what does not match exactly is refused, never repaired.

import { isIPv4, isIPv6 } from 'node:net'

export type Nameserver =
  | { readonly kind: 'dns'; readonly address: string; readonly port: number; readonly text: string }
  | { readonly kind: 'https'; readonly url: string; readonly text: string }

const DNS_PORT = 53

/** `IP`, `IP:PORT`, `IPv6`, `[IPv6]:PORT` or an https URL; undefined where `text` is none of them. */
export function parseNameserver(text: string): Nameserver | undefined {
  if (/^https:\/\//i.test(text)) return httpsServer(text)
  const bracketed = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(text)
  if (bracketed !== null) return isIPv6(bracketed[1]!) ? dnsServer(bracketed[1]!, bracketed[2]) : undefined
  if (isIPv6(text)) return dnsServer(text, undefined)
  const plain = /^([0-9.]+)(?::(\d{1,5}))?$/.exec(text)
  return plain !== null && isIPv4(plain[1]!) ? dnsServer(plain[1]!, plain[2]) : undefined
}

export function isNameserver(text: string): boolean {
  return parseNameserver(text) !== undefined
}

export function serverText(address: string, port: number): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`
}

function dnsServer(address: string, portText: string | undefined): Nameserver | undefined {
  const port = portText === undefined ? DNS_PORT : Number(portText)
  if (port < 1 || port > 65_535) return undefined
  return { kind: 'dns', address, port, text: serverText(address, port) }
}

function httpsServer(text: string): Nameserver | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  // A password in an argument would show up in process lists and reports.
  if (url.username !== '' || url.password !== '' || url.hash !== '') return undefined
  return { kind: 'https', url: url.href, text: url.href }
}

/** A server whose AD flag means something: nobody can change its answers on the way. `text` as in an answer. */
export function isTrustedPath(text: string): boolean {
  const server = parseNameserver(text)
  if (server === undefined) return false
  return server.kind === 'https' || server.address === '::1' || /^127\./.test(server.address)
}
