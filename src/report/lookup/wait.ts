// How waiting for DNS went, for people.

import type { Sight, WaitOutcome } from '../../core/lookup/wait.js'
import { visible } from '../text/style.js'

export function sightText(sights: readonly Sight[]): string {
  const agreeing = sights.filter(({ agrees }) => agrees).length
  return `${agreeing} of ${sights.length} servers say what is expected`
}

function adviceFor(missing: readonly Sight[]): string[] {
  const source = '  dkim lookup with --all-servers shows what the zone itself says'
  if (missing.some(({ status }) => status === 'nxdomain' || status === 'nodata'))
    return ['  resolvers that were told "no such name" remember it for the time in the SOA record of the zone:', source]
  if (missing.some(({ status }) => status === 'found'))
    return ['  resolvers keep the record that they saw until its TTL is over:', source]
  return ['  the servers could not be asked, or failed: try again later, or name others with --nameserver']
}

export function toWaitText(name: string, { agreed, looks, milliseconds, sights }: WaitOutcome): string {
  const spent = `after ${Math.round(milliseconds / 1000)} s and ${looks} look${looks === 1 ? '' : 's'}`
  const head = agreed
    ? `✓ ${visible(name)}: ${sights.length === 1 ? 'as expected' : `all ${sights.length} servers say what is expected`} ${spent}`
    : `– ${visible(name)}: ${sightText(sights)} ${spent}`
  const missing = sights.filter(({ agrees }) => !agrees)
  const lines = missing.map(
    ({ server, status }) => `    ${visible(server)}: ${status === 'found' ? 'another record' : status}`,
  )
  if (!agreed) lines.push(...adviceFor(missing))
  return `${[head, ...lines].join('\n')}\n`
}
