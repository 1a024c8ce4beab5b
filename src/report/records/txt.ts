// The bare data of the record on one line: for fields that split long texts themselves.

import { type Dialect, linesOf } from './dialect.js'

export const txt: Dialect = {
  summary: 'the text of the record on one line',
  use: 'paste it as the value of the TXT record, without quotes',
  useToReplace: 'replace the existing value with it, without quotes',
  needsDomain: false,
  nameless: true,
  format: linesOf(({ value }) => value),
}
