// Date written anew: other zones, GMT for +0000, comments, missing parts (RFC 5322 §3.3); or replaced by a relay, near t= of the signature.

import type { HeaderFamily, HeaderScene } from '../header-hypothesis.js'
import { fieldText, present, withValue } from './field-text.js'

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Minutes east of UTC. */
const ZONES = [
  0, 60, 120, -300, -240, -420, -480, -360, 180, 330, 480, 540, 600, 240, 300, 360, 420, 570, 660, 720, 780, -60, -120,
  -180, -210, -540, -600, -660, 210, 270, 345, 390, 630, 840,
]

interface Instant {
  /** Milliseconds. */
  readonly time: number
  readonly zone: number
}

export const date: HeaderFamily = function* (scene) {
  for (const { position, name, raw } of present(scene.model.positions)) {
    if (name !== 'date') continue
    const { value } = fieldText(raw)
    const seen = new Set([value])
    for (const [candidate, text] of candidates(value, scene)) {
      if (seen.has(candidate)) continue
      seen.add(candidate)
      yield { code: 'date-changed', changes: [{ position, raw: withValue(raw, candidate) }], text }
    }
  }
}

function* candidates(value: string, scene: HeaderScene): Iterable<readonly [string, string]> {
  const rewritten = 'Date was written in another form'
  yield [value.replace(/[ ]*\([^()]*\)$/, ''), rewritten]
  for (const zone of [
    'UTC',
    'GMT',
    'CET',
    'CEST',
    'EST',
    'EDT',
    'CST',
    'CDT',
    'MST',
    'PDT',
    'PST',
    'BST',
    'JST',
    'Coordinated Universal Time',
  ]) {
    yield [`${value} (${zone})`, rewritten]
  }
  const instant = readDate(value)
  if (instant !== undefined) {
    for (const zone of [instant.zone, ...ZONES]) for (const form of forms({ ...instant, zone })) yield [form, rewritten]
  }
  const { timestamp } = scene.signature
  if (timestamp === null) return
  const zones = [...new Set([instant?.zone ?? 0, 0, ...receivedZones(scene), ...ZONES])].slice(0, 12)
  // The signer writes Date shortly before t=.
  for (let distance = 0; distance <= 300; distance += 1) {
    for (const seconds of distance === 0 ? [timestamp] : [timestamp - distance, timestamp + distance]) {
      for (const zone of zones) {
        const text = 'Date was replaced: it held the signing time'
        for (const form of firstForms({ time: seconds * 1000, zone })) yield [form, text]
      }
    }
    if (distance > 20 && zones.length > 3) zones.length = 3
  }
}

function receivedZones({ section }: HeaderScene): number[] {
  return section.fields.flatMap(field => {
    if (field.name !== 'received') return []
    const match = /([+-]\d{4})(?:[ ]*\([^()]*\))?$/.exec(section.text.slice(field.start, field.valueEnd))
    return match === null ? [] : [zoneOf(match[1]!)]
  })
}

function readDate(value: string): Instant | undefined {
  const match =
    /^(?:[A-Za-z]{3},?)?[ \t\r\n]*(\d{1,2})[ \t\r\n]+([A-Za-z]{3})[ \t\r\n]+(\d{4})[ \t\r\n]+(\d{1,2}):(\d{2})(?::(\d{2}))?[ \t\r\n]*([+-]\d{4}|GMT|UTC?|Z)?/.exec(
      value,
    )
  if (match === null) return undefined
  const month = MONTHS.findIndex(name => name.toLowerCase() === match[2]!.toLowerCase())
  if (month === -1) return undefined
  const zone = match[7]?.startsWith('+') || match[7]?.startsWith('-') ? zoneOf(match[7]) : 0
  const [day, year, hour, minute, second] = [match[1], match[3], match[4], match[5], match[6] ?? '0'].map(Number)
  return { time: Date.UTC(year!, month, day!, hour!, minute!, second!) - zone * 60_000, zone }
}

function zoneOf(text: string): number {
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(3, 5))
  return text.startsWith('-') ? -minutes : minutes
}

function zoneText(zone: number): string {
  const minutes = Math.abs(zone)
  return `${zone < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}${pad(minutes % 60)}`
}

function pad(number: number): string {
  return String(number).padStart(2, '0')
}

function* firstForms({ time, zone }: Instant): Iterable<string> {
  const local = new Date(time + zone * 60_000)
  const day = local.getUTCDate()
  const rest = `${MONTHS[local.getUTCMonth()]} ${local.getUTCFullYear()} ${pad(local.getUTCHours())}:${pad(local.getUTCMinutes())}`
  const week = DAYS[local.getUTCDay()]
  const seconds = pad(local.getUTCSeconds())
  yield `${week}, ${pad(day)} ${rest}:${seconds} ${zoneText(zone)}`
  if (day < 10) yield `${week}, ${day} ${rest}:${seconds} ${zoneText(zone)}`
}

function* forms(instant: Instant): Iterable<string> {
  yield* firstForms(instant)
  const local = new Date(instant.time + instant.zone * 60_000)
  const { zone } = instant
  const week = DAYS[local.getUTCDay()]
  const month = MONTHS[local.getUTCMonth()]
  const time = `${pad(local.getUTCHours())}:${pad(local.getUTCMinutes())}`
  const seconds = `${time}:${pad(local.getUTCSeconds())}`
  const day = local.getUTCDate()
  for (const written of new Set([pad(day), String(day), String(day).padStart(2, ' ')])) {
    const start = `${written} ${month} ${local.getUTCFullYear()}`
    yield `${start} ${seconds} ${zoneText(zone)}`
    yield `${week}, ${start} ${seconds} ${zoneText(zone)}`
    yield `${week}, ${start} ${time} ${zoneText(zone)}`
    if (zone !== 0) continue
    for (const name of ['GMT', 'UTC', 'UT', 'Z', '-0000', '+0000 (UTC)', '+0000 (GMT)'])
      yield `${week}, ${start} ${seconds} ${name}`
  }
}
