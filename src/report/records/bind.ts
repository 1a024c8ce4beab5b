// BIND, NSD, Knot and every other server that reads master files (RFC 1035 §5).

import { type Dialect, linesOf } from './dialect.js'
import { zoneLine } from './master-file.js'

export const bind: Dialect = {
  summary: 'a zone file (BIND, NSD, Knot DNS)',
  use: 'append it to the zone file, raise the serial in the SOA record, reload the zone',
  useToReplace: 'replace the old line with it, increase the SOA serial, reload the zone',
  needsDomain: false,
  format: linesOf(zoneLine),
}
