// A field replaced, whose old value stands elsewhere in the message: X-Original-…, Resent-…, Reply-To, References, Thread-Topic and the like.

import type { Cause } from '../causes.js'
import type { HeaderFamily, HeaderScene } from '../header-hypothesis.js'
import { ADDRESS_FIELDS, mailboxForms, readMailbox } from './address.js'
import { decodeWord, ENCODED_WORD } from './encoded-word.js'
import { fieldText, plainValue, present, readable, splitOutside, withValue } from './field-text.js'

const MAX_VALUES = 150
const MAX_LENGTH = 2000

export const replacedValue: HeaderFamily = function* (scene) {
  const others = otherValues(scene)
  for (const { position, name, raw } of present(scene.model.positions)) {
    const seen = new Set([fieldText(raw).value])
    for (const { source, value } of ranked(others, name)) {
      if (seen.has(value) || source === name) continue
      seen.add(value)
      const changed = withValue(raw, value)
      if (ADDRESS_FIELDS.has(name) && isSameMailbox(raw, changed)) yield respelled(position, raw, changed)
      else {
        yield {
          code: name === 'from' ? 'from-rewritten' : 'field-replaced',
          changes: [{ position, raw: changed }],
          text: `${fieldText(raw).name} was replaced: the old value is still in ${source}`,
        }
      }
    }
    if (name === 'from') yield* rewrittenFrom(scene, position, raw)
    if (name === 'message-id' || name === 'in-reply-to') yield* fromReferences(scene, position, raw)
  }
}

interface OtherValue {
  readonly source: string
  readonly value: string
}

function otherValues({ section, signature }: HeaderScene): OtherValue[] {
  const values: OtherValue[] = []
  for (const field of section.fields) {
    if (field === signature.field || SKIPPED.test(field.name)) continue
    const { value } = fieldText(section.text.slice(field.start, field.valueEnd))
    if (value === '' || value.length > MAX_LENGTH) continue
    values.push({ source: field.name, value })
    if (values.length >= MAX_VALUES) break
  }
  return values
}

const SKIPPED = /^(?:received|dkim-signature|domainkey-signature|arc-.*|authentication-results|received-spf)$/

/** Fields whose names share a word with this one first: X-Google-Original-Date before X-Mailer. */
function ranked(values: readonly OtherValue[], name: string): OtherValue[] {
  const related = values.filter(({ source }) => source.includes(name) || RELATED[name]?.includes(source))
  return [...related, ...values.filter(value => !related.includes(value))]
}

const RELATED: Readonly<Record<string, readonly string[]>> = {
  from: ['reply-to', 'sender', 'x-sender', 'return-path', 'author'],
  subject: ['thread-topic', 'x-subject'],
  to: [
    'x-original-to',
    'delivered-to',
    'cc',
    'list-post',
    'x-forwarded-to',
    'apparently-to',
    'x-rcpt-to',
    'envelope-to',
  ],
  cc: ['to', 'x-cc'],
  date: ['resent-date', 'delivery-date', 'x-date'],
}

/** Names and addresses of the message, put together as the old From may have been: `Ann via List <list@…>` was `Ann <ann@…>`. */
function* rewrittenFrom(scene: HeaderScene, position: number, raw: string): Iterable<ReturnType<typeof rewritten>> {
  const addresses = new Set<string>()
  const names = new Set<string>()
  for (const { source, value } of otherValues(scene)) {
    if (!ADDRESS_FIELDS.has(source) && !/from|sender|author|return-path|reply/.test(source)) continue
    for (const item of splitOutside(value, ',')) {
      const box = readMailbox(item)
      if (box === undefined) continue
      if (box.address !== '') addresses.add(box.address)
      if (source !== 'to' && source !== 'cc' && box.name !== '') names.add(box.name)
    }
  }
  const shown = readMailbox(fieldText(raw).value)
  if (shown !== undefined && shown.name !== '') for (const name of withoutVia(shown.name)) names.add(name)
  for (const address of withAt(shown?.name ?? '')) addresses.add(address)
  for (const address of addresses) {
    for (const name of ['', ...names]) {
      for (const form of mailboxForms({ name, address })) {
        const changed = withValue(raw, form)
        yield isSameMailbox(raw, changed) ? respelled(position, raw, changed) : rewritten(position, changed)
      }
    }
  }
}

function rewritten(position: number, raw: string) {
  const text = `From was rewritten: it was ${readable(plainValue(raw))}`
  return { code: 'from-rewritten' as Cause, changes: [{ position, raw }], text }
}

/** The same name and address, in other quotes or brackets or in another encoding: nobody rewrote From for DMARC. */
function isSameMailbox(raw: string, changed: string): boolean {
  const [one, other] = [raw, changed].map(field => readMailbox(fieldText(field).value))
  if (one === undefined || other === undefined) return false
  return one.address.toLowerCase() === other.address.toLowerCase() && bareName(one.name) === bareName(other.name)
}

function bareName(name: string): string {
  const plain = name.replace(new RegExp(ENCODED_WORD.source, 'g'), word => decodeWord(word)?.text ?? word)
  return plain
    .replace(/["'\\]/g, '')
    .replace(/[ \t\r\n]+/g, ' ')
    .replace(/^ | $/g, '')
}

function respelled(position: number, raw: string, changed: string) {
  const text = `${fieldText(raw).name} was reformatted: it was ${readable(plainValue(changed))}`
  return { code: 'address-reformatted' as Cause, changes: [{ position, raw: changed }], text }
}

/** `Ann via List`, `Ann (via List)`, `Ann at example`, encoded or not. */
function* withoutVia(name: string): Iterable<string> {
  yield name
  const plain = name.replace(new RegExp(ENCODED_WORD.source, 'g'), word => decodeWord(word)?.text ?? word)
  if (plain !== name) yield plain
  for (const text of new Set([name, plain])) {
    const match = /^["']?(.*?)["']?[ ]+(?:\(via .*\)|via .*|\(.*\)|- .*|\| .*)$/i.exec(text)
    if (match !== null) yield match[1]!.replace(/^'|'$/g, '')
  }
}

/** `ann at example.com` and `ann=example.com@list…` hold an address. */
function* withAt(name: string): Iterable<string> {
  const match = /([A-Za-z0-9._%+-]+)(?: at |=|@)([A-Za-z0-9.-]+\.[A-Za-z]{2,})/.exec(name)
  if (match !== null) yield `${match[1]}@${match[2]}`
}

/** Replies name the old Message-ID in References, and some relays keep it in their own fields. */
function* fromReferences(scene: HeaderScene, position: number, raw: string): Iterable<ReturnType<typeof replaced>> {
  const seen = new Set<string>()
  for (const { source, value } of otherValues(scene)) {
    for (const [id] of value.matchAll(/<[^<> \t\r\n]{1,300}@[^<> \t\r\n]{1,200}>/g)) {
      if (seen.has(id) || seen.size > 200) continue
      seen.add(id)
      yield replaced(position, withValue(raw, id), source)
      yield replaced(position, withValue(raw, id.slice(1, -1)), source)
    }
  }
}

function replaced(position: number, raw: string, source: string) {
  const text = `${fieldText(raw).name} was replaced: the old value is still in ${source}`
  return { code: 'field-replaced' as Cause, changes: [{ position, raw }], text }
}
