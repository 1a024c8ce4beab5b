// Files of Apple Mail (.emlx): a line with the number of octets, the message of that length, and a property list behind it.

import { DkimError } from '../../core/errors.js'
import type { ByteSource } from '../io/byte-source.js'

/** Where the message of a file stands; all of it, where the file is no .emlx. */
export function messageRange(source: ByteSource, name: string): { start: number; end: number } {
  const length = /\.emlx$/i.test(name) ? /^(\d{1,12})[ \t]*\r?\n/.exec(source.head.toString('latin1', 0, 64)) : null
  if (length === null) return { start: 0, end: source.size }
  const [line, octets] = length
  const end = line.length + Number(octets)
  if (end <= source.size) return { start: line.length, end }
  const hint = 'fetch or copy the file again'
  throw new DkimError('input-unreadable', `${name} is truncated: its message should have ${octets} bytes`, hint)
}
