// The entry `dkim-toolkit/dmarc`.
import { expect, it } from 'vitest'
import * as api from '../../../src/core/dmarc/index.js'

it('has what a user of the library needs, and no more', () => {
  expect(Object.keys(api).sort()).toEqual(['discoverPolicy', 'evaluateDmarc', 'parseDmarcRecord', 'walkTree'])
})
