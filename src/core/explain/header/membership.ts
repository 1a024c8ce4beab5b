// Signed fields added, removed, duplicated or reordered: what h= selects from the bottom up is then another field (§5.4.2).

import { indexFields } from '../../dkim/header.js'
import type { HeaderFamily, HeaderHypothesis, HeaderScene } from '../header-hypothesis.js'
import { type Change, positionsOf } from '../header-model.js'
import { fieldText, present, readable, usualName } from './field-text.js'

export const membership: HeaderFamily = function* (scene) {
  yield* addedFields(scene)
  yield* reordered(scene)
  yield* removedFields(scene)
}

/** Each field of a signed name, taken out of the message. */
function* addedFields(scene: HeaderScene): Iterable<HeaderHypothesis> {
  const { section, index, signature } = scene
  const names = new Set(signature.signedFields)
  for (const field of section.fields) {
    if (!names.has(field.name) || field === signature.field) continue
    const others = section.fields.filter(other => other !== field)
    const single = index.get(field.name)!.length === 1
    const name = section.text.slice(field.start, field.nameEnd)
    const text = single ? `${name} was added in transit` : `another ${name} was added in transit`
    yield* reselected(scene, others, 'field-added', text, [field.name])
  }
  for (const name of names) {
    const instances = index.get(name) ?? []
    if (instances.length < 3) continue
    for (let keep = instances.length - 2; keep >= 1; keep -= 1) {
      const top = new Set(instances.slice(0, instances.length - keep))
      const bottom = new Set(instances.slice(keep))
      const text = `${instances.length - keep} ${name} fields were added on the way`
      yield* reselected(
        scene,
        section.fields.filter(field => !top.has(field)),
        'field-added',
        text,
        [name],
      )
      yield* reselected(
        scene,
        section.fields.filter(field => !bottom.has(field)),
        'field-added',
        text,
        [name],
      )
    }
  }
}

function* reordered(scene: HeaderScene): Iterable<HeaderHypothesis> {
  const { section, index, signature } = scene
  const several = [...new Set(signature.signedFields)].filter(name => (index.get(name)?.length ?? 0) > 1)
  const topDown = [...section.fields].reverse()
  yield* reselected(
    scene,
    topDown,
    'fields-reordered',
    'fields of the same name were signed from the top or reordered',
    several,
  )
  for (const name of several) {
    const instances = index.get(name)!
    for (const [first, a] of instances.entries()) {
      for (const b of instances.slice(first + 1)) {
        const swapped = section.fields.map(field => (field === a ? b : field === b ? a : field))
        yield* reselected(scene, swapped, 'fields-reordered', `${name} fields were reordered`, [name])
      }
      if (first > 20) break
    }
  }
}

function* reselected(
  { section, signature, model }: HeaderScene,
  fields: HeaderScene['section']['fields'],
  code: HeaderHypothesis['code'],
  text: string,
  names: readonly string[],
): Iterable<HeaderHypothesis> {
  const positions = positionsOf(section, indexFields(fields), signature)
  const changes = positions.flatMap(({ raw }, position): Change[] =>
    raw === model.positions[position]!.raw ? [] : [{ position, raw }],
  )
  if (changes.length > 0) yield { code, changes, text, fields: names }
}

/** Positions that select nothing may have had a field with a usual value, or with a value that the message still has. */
function* removedFields({ model }: HeaderScene): Iterable<HeaderHypothesis> {
  const values = new Map<string, string>()
  for (const { name, raw } of present(model.positions)) values.set(name, fieldText(raw).value)
  for (const [position, { name, raw }] of model.positions.entries()) {
    if (raw !== null) continue
    for (const value of usualValues(name, values)) {
      const field = `${usualName(name)}: ${value}`
      yield {
        code: 'field-removed',
        changes: [{ position, raw: field }],
        text: `${usualName(name)} was removed: it was ${readable(value)}`,
      }
    }
  }
}

const USUAL_VALUES: Readonly<Record<string, readonly string[]>> = {
  'list-unsubscribe-post': ['List-Unsubscribe=One-Click'],
  'list-unsubscribe': [],
  precedence: ['bulk', 'list', 'junk'],
  importance: ['normal', 'high', 'low', 'Normal', 'High'],
  'x-priority': ['3', '1', '3 (Normal)'],
  priority: ['normal'],
  'x-mimeole': ['Produced By Microsoft MimeOLE'],
  'content-language': ['en-US', 'en', 'de-DE', 'fr'],
  'auto-submitted': ['auto-generated', 'auto-replied', 'no'],
  'content-disposition': ['inline'],
}

/** Reply-To and Sender often repeat From. */
function* usualValues(name: string, values: ReadonlyMap<string, string>): Iterable<string> {
  yield* USUAL_VALUES[name] ?? []
  if (name === 'in-reply-to' || name === 'references') {
    const other = values.get(name === 'references' ? 'in-reply-to' : 'references')
    if (other !== undefined) {
      yield other
      const ids = other.match(/<[^<>]+>/g)
      if (ids !== null) yield ids.at(-1)!
    }
  }
  const from = values.get('from')
  if (from === undefined || !['reply-to', 'sender', 'to', 'cc', 'resent-from', 'errors-to'].includes(name)) return
  yield from
  const address = /<([^<>]+)>/.exec(from)?.[1]
  if (address !== undefined) {
    yield address
    yield `<${address}>`
  }
  const to = values.get('to')
  if (to !== undefined) yield to
}
