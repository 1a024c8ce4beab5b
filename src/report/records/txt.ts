// The bare data of the record on one line: for fields that split long texts themselves.

import { type Dialect, linesOf } from './dialect.js'

export const txt: Dialect = {
  summary: 'the text of the record on one line',
  use: 'paste it where the value of the TXT record goes, without quotes around it',
  useToReplace: 'put it in the place of the value that is there, without quotes around it',
  needsDomain: false,
  nameless: true,
  format: linesOf(({ value }) => value),
}
