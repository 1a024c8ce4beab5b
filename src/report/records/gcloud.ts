// Google Cloud DNS: one gcloud command for each record. --rrdatas is a list between commas, or between what ^…^ in front says.

import { shellQuoted } from '../../core/syntax/shell-word.js'
import { type Dialect, linesOf } from './dialect.js'
import { fullName } from './dns-record.js'
import { recordData } from './master-file.js'

/** The data as a list of one item: a delimiter that does not occur keeps its commas. */
function oneItem(data: string): string {
  if (!data.includes(',')) return data
  let delimiter = '|'
  while (data.includes(delimiter)) delimiter += '|'
  return `^${delimiter}^${data}`
}

export const gcloud: Dialect = {
  summary: 'gcloud commands for Google Cloud DNS',
  use: 'set DNS_ZONE to the name of the managed zone (gcloud dns managed-zones list), run them',
  needsDomain: true,
  format: linesOf(record => {
    const verb = record.replaces ? 'update' : 'create'
    const { type, ttl } = record
    const rrdatas = shellQuoted(oneItem(recordData(record)))
    return `gcloud dns record-sets ${verb} ${fullName(record)}. --zone="$DNS_ZONE" --type=${type} --ttl=${ttl} --rrdatas=${rrdatas}`
  }),
}
