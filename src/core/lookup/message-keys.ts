// The keys that a message asks for: the name made of s= and d= of each DKIM-Signature (§3.6.2.1).

import { parseHeaderSection } from '../dkim/header.js'
import { parseSignature } from '../dkim/signature.js'
import { DkimError } from '../errors.js'
import { LIMITS } from '../limits.js'
import { type KeyName, keyName } from './key-name.js'

export interface MessageKeys {
  /** Each once, top to bottom. */
  readonly names: readonly KeyName[]
  /** Signatures that name no key, or more than are looked at. */
  readonly skipped: number
}

/** `bytes` is a message with CRLF line ends, or the beginning of one. */
export function keysOfMessage(bytes: Buffer): MessageKeys {
  const end = bytes.indexOf('\r\n\r\n')
  const section = parseHeaderSection(bytes.subarray(0, end === -1 ? bytes.length : end + 2))
  const fields = section.fields.filter(({ name }) => name === 'dkim-signature')
  const names = new Map<string, KeyName>()
  let skipped = 0
  for (const field of fields) {
    const { domain, selector } = parseSignature(section, field)
    const name = domain === null || selector === null ? undefined : orUndefined(domain, selector)
    if (name === undefined || (names.size >= LIMITS.signatures && !names.has(name.name))) skipped += 1
    else names.set(name.name, name)
  }
  return { names: [...names.values()], skipped }
}

function orUndefined(domain: string, selector: string): KeyName | undefined {
  try {
    return keyName(domain, selector)
  } catch (error) {
    if (error instanceof DkimError) return undefined
    throw error
  }
}
