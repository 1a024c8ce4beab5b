// The public key alone: the value of p= (§3.6.1), for programs that build the record themselves.

import { parseKeyRecord } from '../../core/dkim/key-record.js'
import { type Dialect, linesOf } from './dialect.js'

export const p: Dialect = {
  summary: 'the value of p= alone',
  use: 'paste it into the public key field',
  needsDomain: false,
  nameless: true,
  noCname: 'a CNAME has no public key of its own',
  format: linesOf(({ value }) => parseKeyRecord(value).publicKey),
}
