// How waiting for DNS went, for people.

import type { Sight, WaitOutcome } from '../core/index.js'
import { visible } from './style.js'

export function sightText(sights: readonly Sight[]): string {
  const agreeing = sights.filter(({ agrees }) => agrees).length
  return `${agreeing} of ${sights.length} servers say what is expected`
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
  if (!agreed) {
    lines.push(
      '  resolvers that were told "no such name" remember it for the time in the SOA record of the zone:',
      '  dkim lookup with --all-servers shows whether the record is there at the source',
    )
  }
  return `${[head, ...lines].join('\n')}\n`
}
