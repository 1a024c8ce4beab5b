import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { DeferredInput } from '../../../src/commands/mail/input.js'
import { packed, unpacked } from '../../../src/commands/verify/group.js'

const inputs: fc.Arbitrary<DeferredInput> = fc.record({
  name: fc.string(),
  alone: fc.boolean(),
  deferred: fc.record({
    path: fc.constantFrom('a.mbox', 'b.mbox', 'c.eml'),
    start: fc.nat(),
    end: fc.maxSafeNat(),
    unquote: fc.boolean(),
  }),
})

it('a group arrives in a thread as it was sent', () => {
  fc.assert(
    fc.property(fc.array(inputs), group => {
      expect([...unpacked(structuredClone(packed(group)))]).toEqual(group)
    }),
  )
})
