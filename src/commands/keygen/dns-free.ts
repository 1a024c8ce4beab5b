// A selector is never used again: is there a record at its name already?

import { TEMPORARY_STATUSES } from '../../core/dns/resolver.js'
import { DkimError } from '../../core/errors.js'
import { fullName } from '../../report/records/dns-record.js'
import type { Context } from '../context.js'
import { openResolver } from '../dns.js'
import { say } from '../stderr.js'
import type { KeygenOptions, KeyPlan } from './plan.js'

/** Throws where a name is taken; false where that cannot be told now. */
export async function dnsIsFree(context: Context, options: KeygenOptions, plans: readonly KeyPlan[]): Promise<boolean> {
  const resolver = await openResolver(context, options)
  for (const { empty, domain, selector } of plans) {
    if (domain === null) throw new DkimError('usage', 'the DNS check needs a domain', 'give --domain')
    const { status, detail } = await resolver.txt(fullName(empty).toLowerCase(), context.signal)
    if (status === 'found' || status === 'cname-loop') {
      throw new DkimError(
        'usage',
        `${fullName(empty)} already exists in DNS`,
        `never reuse a selector: choose one other than ${selector}`,
      )
    }
    if (!TEMPORARY_STATUSES.has(status)) continue
    say(context, 'error', `cannot check whether ${fullName(empty)} is free: ${detail ?? status}`)
    say(context, 'hint', 'try again, or skip the check')
    return false
  }
  return true
}
