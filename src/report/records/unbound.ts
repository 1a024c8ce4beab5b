// unbound.conf: a record in the master file format inside single quotes, in which "'" can only be written as \039.

import type { Dialect } from './dialect.js'
import { zoneLine } from './master-file.js'

export const unbound: Dialect = {
  summary: 'local-data of Unbound',
  use: 'put it into a file that unbound.conf includes, check it with unbound-checkconf, reload',
  useToReplace: 'put it in the place of the old line, check it with unbound-checkconf, reload',
  needsDomain: true,
  format: records => {
    const lines = records.map(record => zoneLine({ ...record, relative: false }).replaceAll("'", '\\039'))
    return `server:\n${lines.map(line => `  local-data: '${line}'\n`).join('')}`
  },
}
