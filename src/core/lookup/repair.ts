// Pasting accidents in the text of a key record: what happened, and the text without it.

import { type Finding, finding } from './findings.js'

export interface Repair {
  readonly text: string
  readonly findings: readonly Omit<Finding, 'record'>[]
}

type Step = (text: string) => { text: string; found: Omit<Finding, 'record'> } | undefined

/** In this order: each undoes what hides the next. */
const STEPS: readonly Step[] = [
  decodeEntities,
  plainQuotes,
  takeZoneLine,
  removeLineBreaks,
  removeParentheses,
  unescapeSemicolons,
  removeQuotes,
  removePemLines,
]

/** `text` is latin1. Steps are tried on bounded text only: a record is never longer than the limit of TXT data. */
export function repairText(text: string): Repair {
  const findings: Omit<Finding, 'record'>[] = []
  let repaired = text
  for (const step of STEPS) {
    const outcome = step(repaired)
    if (outcome === undefined || outcome.text === repaired) continue
    repaired = outcome.text
    findings.push(outcome.found)
  }
  return { text: repaired, findings }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&quot;': '"',
  '&#34;': '"',
  '&apos;': "'",
  '&#39;': "'",
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&nbsp;': ' ',
  '&#59;': ';',
  '&semi;': ';',
  '&#61;': '=',
  '&#43;': '+',
  '&#47;': '/',
}

function decodeEntities(text: string): ReturnType<Step> {
  const match = /&(?:[a-z]{2,5}|#\d{2});/.exec(text)
  if (match === null) return undefined
  const decoded = text.replace(/&(?:[a-z]{2,5}|#\d{2});/g, entity => ENTITIES[entity] ?? entity)
  return { text: decoded, found: finding('html-entity', match[0]) }
}

/** Typographic quotation marks, as UTF-8 octets in latin1 text: U+201C, U+201D, U+201E, U+2018, U+2019, U+00AB, U+00BB. */
const TYPOGRAPHIC_QUOTES = /\xe2\x80[\x98\x99\x9c\x9d\x9e]|\xc2[\xab\xbb]/g

function plainQuotes(text: string): ReturnType<Step> {
  const plain = text.replace(TYPOGRAPHIC_QUOTES, '')
  return { text: plain, found: finding('quotes-in-record', 'typographic ones') }
}

/** `name [ttl] [IN] TXT ( "…" "…" )`, or the tail of it. */
function takeZoneLine(text: string): ReturnType<Step> {
  const match = /^[ \t]*(?:[A-Za-z0-9_.@-]{1,253}[ \t]+)?(?:\d{1,10}[ \t]+)?(?:IN[ \t]+)?TXT[ \t]+([\s\S]*)$/i.exec(
    text,
  )
  if (match === null || /^[^"(]*;/.test(text.slice(0, text.length - match[1]!.length))) return undefined
  return { text: stripQuotes(stripParentheses(match[1]!)), found: finding('zone-line-in-record') }
}

function removeLineBreaks(text: string): ReturnType<Step> {
  const joined = text.replace(/[\r\n]+/g, '').replace(/(?:\\r)?\\n/g, '')
  return { text: joined, found: finding('line-break-in-record') }
}

function stripParentheses(text: string): string {
  const opened = /^[ \t]*\(/.exec(text)
  if (opened === null) return text
  return text
    .slice(opened[0].length)
    .replace(/\)[ \t]*$/, '')
    .trim()
}

function removeParentheses(text: string): ReturnType<Step> {
  return { text: stripParentheses(text), found: finding('parentheses-in-record') }
}

function unescapeSemicolons(text: string): ReturnType<Step> {
  return { text: text.replaceAll('\\;', ';'), found: finding('escaped-semicolon') }
}

/** Strings side by side become one; a quotation mark is no character of any tag. */
function stripQuotes(text: string): string {
  return text
    .replaceAll('\\"', '"')
    .replace(/"[ \t]{0,64}"/g, '')
    .replaceAll('"', '')
    .replace(/^'|'$/g, '')
}

function removeQuotes(text: string): ReturnType<Step> {
  return { text: stripQuotes(text), found: finding('quotes-in-record') }
}

/** The armour of a public key is removed; that of a private one is left for the key check to see. */
function removePemLines(text: string): ReturnType<Step> {
  const bare = text.replace(/-----(?:BEGIN|END) (?:RSA )?PUBLIC KEY-----/g, '')
  return { text: bare, found: finding('pem-in-key') }
}
