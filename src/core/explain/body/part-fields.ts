// Header fields of MIME parts that gateways add or change: they lie in the body, and so under the body hash.

import type { BodyFamily, BodyHypothesis, BodyScene } from '../body-hypothesis.js'
import { lineAt } from '../body-hypothesis.js'
import { boundaryOf, type PartField } from '../mime-parts.js'

export const partFields: BodyFamily = function* (scene) {
  // A line without a colon is not a field.
  const fields = scene.mime.parts.flatMap(part => part.fields).filter(({ name }) => name !== '')
  const names = new Set(fields.map(({ name }) => name))
  yield* without(
    scene,
    fields.filter(({ name }) => name.startsWith('x-')),
    'X- fields of MIME parts',
  )
  yield* without(
    scene,
    fields.filter(({ name }) => name.startsWith('x-ms-') || name.startsWith('x-microsoft')),
    'Exchange MIME part fields',
  )
  for (const name of names)
    yield* without(
      scene,
      fields.filter(field => field.name === name),
      `${name} of MIME parts`,
    )
  for (const field of fields) yield* without(scene, [field], `${field.name} of a MIME part`)
  for (const first of names) {
    for (const second of names) {
      if (first >= second) continue
      const both = fields.filter(({ name }) => name === first || name === second)
      yield* without(scene, both, `${first} and ${second} of MIME parts`)
    }
  }
  yield* rewritten(scene, fields)
  yield* otherBoundaries(scene)
}

function* without({ text }: BodyScene, fields: readonly PartField[], what: string): Iterable<BodyHypothesis> {
  if (fields.length === 0) return
  let body = text
  for (const { start, end } of fields.toSorted((a, b) => b.start - a.start))
    body = body.slice(0, start) + body.slice(end)
  yield { code: 'part-fields-changed', body, text: `${what} were added`, lines: span(text, fields) }
}

function span(text: string, fields: readonly PartField[]): [number, number] {
  const first = Math.min(...fields.map(({ start }) => start))
  const last = Math.max(...fields.map(({ end }) => end))
  return [lineAt(text, first), lineAt(text, last - 2)]
}

const REWRITES: readonly ((value: string) => string)[] = [
  value => value.replace(/\r\n[ \t]+/g, ' '),
  value => value.replace(/;[ \t\r\n]+/g, ';\r\n\t'),
  value => value.replace(/;[ \t\r\n]+/g, ';\r\n '),
  value => value.replace(/;[ \t\r\n]+/g, ';\r\n  '),
  value => value.replace(/;[ \t\r\n]+/g, '; '),
  value => value.replace(/="([^" ()<>@,;:\\/[\]?=]+)"/g, '=$1'),
  value => value.replace(/=([^";\r\n]+)(?=;|$)/g, '="$1"'),
  value => value.toLowerCase(),
]

function* rewritten({ text }: BodyScene, fields: readonly PartField[]): Iterable<BodyHypothesis> {
  for (const rewrite of REWRITES) {
    let all = text
    for (const { start, end } of fields.toSorted((a, b) => b.start - a.start)) {
      const raw = text.slice(start, end - 2)
      const colon = raw.indexOf(':') + 1
      const changed = `${raw.slice(0, colon)}${rewrite(raw.slice(colon))}\r\n`
      if (changed === text.slice(start, end)) continue
      all = all.slice(0, start) + changed + all.slice(end)
      const line = lineAt(text, start)
      const one = text.slice(0, start) + changed + text.slice(end)
      yield {
        code: 'part-fields-changed',
        body: one,
        text: 'a header field of a MIME part was rewritten',
        lines: [line, line],
      }
    }
    if (all !== text && fields.length > 0) {
      yield {
        code: 'part-fields-changed',
        body: all,
        text: 'header fields of MIME parts were written anew',
        lines: span(text, fields),
      }
    }
  }
}

/** Boundaries that other fields of the message still name. */
function* otherBoundaries({ text, section, index }: BodyScene): Iterable<BodyHypothesis> {
  const contentType = index.get('content-type')?.at(-1)
  if (contentType === undefined) return
  const current = boundaryOf(section.text.slice(contentType.valueStart, contentType.valueEnd))
  if (current === null) return
  const others = new Set<string>()
  for (const match of section.text.matchAll(/boundary(?:=3D|=)(?:"|=22)?([^"; \t\r\n|=]{4,100})/gi))
    others.add(match[1]!)
  others.delete(current)
  for (const other of [...others].slice(0, 20)) {
    yield {
      code: 'boundary-changed',
      body: text.replaceAll(`--${current}`, `--${other}`),
      text: 'the boundary between MIME parts was changed',
    }
  }
}
