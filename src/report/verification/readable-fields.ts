// From, Subject and Date as a person reads them. mailparser decodes them for the eyes; no verdict ever depends on what it says.

import { type HeaderSection, rawValue, unfold } from '../../core/dkim/header.js'

export interface ReadableFields {
  /** Null where the message has no such field. Where it has several, the first, which is what most readers show. */
  readonly from: string | null
  readonly subject: string | null
  readonly date: string | null
}

export async function readableFields(section: HeaderSection): Promise<ReadableFields> {
  const { simpleParser } = await import('mailparser')
  const from = firstRaw(section, 'from')
  const subject = firstRaw(section, 'subject')
  const source = [from === null ? '' : `From: ${from}\r\n`, subject === null ? '' : `Subject: ${subject}\r\n`].join('')
  const parsed = await simpleParser(Buffer.from(`${source}\r\n`, 'latin1')).catch(() => null)
  return {
    from: from === null ? null : (parsed?.from?.text ?? asUtf8(from)),
    subject: subject === null ? null : (parsed?.subject ?? asUtf8(subject)),
    // mailparser turns a date it cannot read into the current time, so that the text is shown as it stands.
    date: asUtf8(firstRaw(section, 'date')),
  }
}

const MAX_LENGTH = 2000

function firstRaw(section: HeaderSection, name: string): string | null {
  const field = section.fields.find(candidate => candidate.name === name)
  if (field === undefined) return null
  // Without any CR or LF left, the value stays one line of the small message it is decoded from.
  return unfold(rawValue(section, field))
    .replace(/[\r\n]/g, ' ')
    .replace(/^[ \t]+/, '')
    .slice(0, MAX_LENGTH)
}

function asUtf8<T extends string | null>(latin1: T): T | string {
  return latin1 === null ? latin1 : Buffer.from(latin1, 'latin1').toString('utf8')
}
