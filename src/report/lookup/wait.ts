// How waiting for DNS went, for people.

import type { Sight, WaitOutcome } from '../../core/lookup/wait.js'
import { visible } from '../text/style.js'

export function sightText(sights: readonly Sight[]): string {
  const agreeing = sights.filter(({ agrees }) => agrees).length
  return `${agreeing} of ${sights.length} ${sights.length === 1 ? 'server has' : 'servers have'} the expected record`
}

function adviceFor(missing: readonly Sight[]): string[] {
  const source = "  dkim lookup --all-servers shows the zone's own answer"
  if (missing.some(({ status }) => status === 'nxdomain' || status === 'nodata'))
    return ['  resolvers cache "no such name" for the time in the zone\'s SOA record:', source]
  if (missing.some(({ status }) => status === 'found'))
    return ['  resolvers cache the old record until its TTL expires:', source]
  return ['  the servers failed or were unreachable: try again later, or use others with --nameserver']
}

export function toWaitText(name: string, { agreed, looks, milliseconds, sights }: WaitOutcome): string {
  const spent = `after ${Math.round(milliseconds / 1000)} s and ${looks} attempt${looks === 1 ? '' : 's'}`
  const head = agreed
    ? `✓ ${visible(name)}: ${sights.length === 1 ? 'published as expected' : `all ${sights.length} servers have the expected record`} ${spent}`
    : `– ${visible(name)}: ${sightText(sights)} ${spent}`
  const missing = sights.filter(({ agrees }) => !agrees)
  const lines = missing.map(
    ({ server, status }) => `    ${visible(server)}: ${status === 'found' ? 'a different record' : status}`,
  )
  if (!agreed) lines.push(...adviceFor(missing))
  return `${[head, ...lines].join('\n')}\n`
}
