// What guessing found out about a domain, for people: findings first, and what it proves.

import type { Discovery } from '../../core/lookup/discover.js'
import type { KeyReport } from '../../core/lookup/key-report.js'
import { marked, wrapped } from '../text/rows.js'
import { PLAIN, type Style, visible } from '../text/style.js'
import { findingLines } from './text.js'
import { hasTrouble } from './verdict.js'

export function toDiscoveryText(discovery: Discovery, style: Style = PLAIN): string {
  const usable = discovery.keys.filter(({ result }) => result === 'found')
  const lines = [headline(discovery, usable.length, style), '']
  for (const key of discovery.keys) lines.push(...keyLines(key, style))
  const surroundings = surroundingLines(discovery, style)
  if (discovery.keys.length > 0 && surroundings.length > 0) lines.push('')
  lines.push(...surroundings, ...conclusionLines(discovery, usable.length, style))
  return `${lines.join('\n')}\n`
}

function headline({ domain, asked, keys }: Discovery, found: number, style: Style): string {
  // The mark says what the exit code says: a key with errors is not in order, however many others are.
  const troubled = keys.filter(key => key.result === 'invalid' || hasTrouble(key)).length
  const mark = troubled > 0 ? style.bad('✗') : found > 0 ? style.good('✓') : style.warn('–')
  const trouble = troubled === 0 ? '' : `; ${troubled} selector${troubled === 1 ? ' has' : 's have'} errors`
  return `${mark}  ${style.strong(visible(domain))}: found ${found} key${found === 1 ? '' : 's'} among ${asked} selectors tried${trouble}`
}

function keyLines({ selector, result, key, provider, chain, findings }: KeyReport, style: Style): string[] {
  const mark = result === 'found' && !hasTrouble({ findings }) ? style.good('✓') : style.bad('✗')
  const facts = [
    key === null ? result : `${key.type} ${key.bits} bits`,
    ...(key !== null && result !== 'found' ? [result] : []),
    ...(chain[0] === undefined ? [] : [`alias to ${visible(chain[0].target)}`]),
    ...(provider === null
      ? []
      : [chain.length > 0 ? provider.name : `perhaps ${provider.name} (a guess by the selector)`]),
  ]
  const shown = findings.filter(({ severity }) => severity !== 'info')
  return [
    `  ${mark} ${visible(selector).padEnd(17)} ${facts.join(', ')}`,
    ...shown.flatMap(finding => findingLines(finding, style, '  ')),
  ]
}

function surroundingLines({ mx, spf, providers, wildcard }: Discovery, style: Style): string[] {
  const lines: string[] = []
  if (mx.length > 0) lines.push(...wrapped('MX', mx.map(visible).join(', '), style))
  if (spf !== null) lines.push(...wrapped('SPF', `"${visible(spf)}"`, style))
  for (const { name, because } of providers)
    lines.push(...wrapped('service', `${name} (by ${visible(because)})`, style))
  if (wildcard)
    lines.push(
      ...wrapped(
        'wildcard',
        'every selector is answered in the same way: guesses that match it are not counted',
        style,
      ),
    )
  return lines
}

function conclusionLines({ domainkey, keys, asked, failed, domain }: Discovery, found: number, style: Style): string[] {
  const say = (text: string): string[] => marked('  ', 2, text, style)
  return [
    '',
    ...(failed > 0 ? say(`${failed} of ${asked} queries got no answer: try again later`) : []),
    ...say(conclusion(found, domainkey === 'absent' && keys.length === 0, visible(domain))),
    ...say(`to be certain: dkim lookup --from-message FILE, with a message from ${visible(domain)}`),
  ]
}

function conclusion(found: number, absent: boolean, domain: string): string {
  if (found > 0) return `found ${found}; others may exist: selectors can be guessed, absence can't be proven`
  if (absent) {
    const below = `the name server reports that nothing exists below _domainkey.${domain} (RFC 8020)`
    return `${below}: no key is published, unless the server is wrong, as a few are`
  }
  return "no common selector exists; there may still be a key: absence can't be proven"
}
