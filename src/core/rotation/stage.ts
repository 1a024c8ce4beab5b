// The stage table: where a rotation stands, from what the servers say of both records and from which key signs.

import type { RecordState } from './evidence.js'
import type { RotationKind } from './settings.js'
import type { Signers } from './signer-evidence.js'

export type Stage = keyof typeof STAGES

interface StageRow {
  /** alarm: mail is failing or about to; blocked: nothing may go on; the rest are ordinary. */
  readonly mood: 'ordinary' | 'blocked' | 'alarm' | 'unknown'
  readonly text: string
}

export const STAGES = {
  publish: { mood: 'ordinary', text: 'the new key is not published yet' },
  propagate: { mood: 'ordinary', text: 'the new key is published, and caches and servers are catching up' },
  'wrong-key': { mood: 'blocked', text: 'what is published under the new selector is not the new key' },
  switch: { mood: 'ordinary', text: 'the new key is live: switch the signers' },
  overlap: { mood: 'ordinary', text: 'the signers use the new key; the old one stays published for mail in transit' },
  revoked: { mood: 'ordinary', text: 'the old key is revoked; its record remains for now' },
  finished: { mood: 'ordinary', text: 'the rotation is complete' },
  added: { mood: 'ordinary', text: 'both keys are in use' },
  provider: { mood: 'ordinary', text: 'the provider rotates this key: there is nothing to do' },
  'provider-missing': { mood: 'alarm', text: 'the CNAME leads to no key: the provider has not published one' },
  'mail-failing': {
    mood: 'alarm',
    text: 'signatures are failing now: the key for them is not published everywhere, or does not verify them',
  },
  'retired-early': {
    mood: 'alarm',
    text: 'the old key was taken away too early: mail that it signed is still on its way and fails',
  },
  'retired-key-signing': { mood: 'alarm', text: 'a signer still uses the retired key: its mail fails' },
  unknown: { mood: 'unknown', text: 'status unknown: DNS was not or could not be read' },
} as const satisfies Record<string, StageRow>

export interface StageFacts {
  readonly kind: RotationKind
  readonly newState: RecordState
  /** Some server was heard to lack the new key, even where others could not be asked. */
  readonly newMissing: boolean
  readonly oldState: RecordState
  readonly signers: Signers
  /** A message named the new selector and found no key. */
  readonly missingKey: boolean
  /** Received mail or several reports show that signatures of the new key fail. */
  readonly newFails: boolean
  /** The old key is gone, on some server at least, before its overlap is over. */
  readonly goneEarly: boolean
  /** The propagation wait is over. */
  readonly propagated: boolean
}

interface StageRule {
  readonly stage: Stage
  readonly when: (facts: StageFacts) => boolean
}

const gone = (state: RecordState): boolean => state === 'absent' || state === 'revoked'
const usesNew = ({ signers }: StageFacts): boolean => signers === 'new' || signers === 'both'
const usesOld = ({ signers }: StageFacts): boolean => signers === 'old' || signers === 'both'
const retires = ({ kind }: StageFacts): boolean => kind !== 'add'

/** The first rule that fits decides. Alarms come first; what could not be read never moves anything. */
const RULES: readonly StageRule[] = [
  { stage: 'provider-missing', when: ({ kind, oldState }) => kind === 'provider' && oldState === 'absent' },
  { stage: 'unknown', when: ({ kind, oldState }) => kind === 'provider' && oldState === 'unknown' },
  { stage: 'provider', when: ({ kind }) => kind === 'provider' },
  { stage: 'wrong-key', when: ({ newState }) => newState === 'wrong-key' },
  { stage: 'mail-failing', when: ({ newFails }) => newFails },
  { stage: 'mail-failing', when: facts => facts.newMissing && (usesNew(facts) || facts.missingKey) },
  { stage: 'mail-failing', when: facts => facts.newMissing && gone(facts.oldState) },
  { stage: 'mail-failing', when: facts => !retires(facts) && gone(facts.oldState) },
  { stage: 'retired-key-signing', when: facts => retires(facts) && gone(facts.oldState) && usesOld(facts) },
  { stage: 'retired-key-signing', when: facts => retires(facts) && facts.oldState === 'partial' && usesOld(facts) },
  { stage: 'retired-early', when: facts => facts.goneEarly && facts.newState === 'live' },
  { stage: 'unknown', when: ({ newState }) => newState === 'unknown' },
  { stage: 'unknown', when: facts => facts.oldState === 'unknown' && retires(facts) },
  { stage: 'wrong-key', when: ({ newState }) => newState === 'revoked' },
  { stage: 'publish', when: ({ newState }) => newState === 'absent' },
  { stage: 'propagate', when: ({ newState }) => newState === 'partial' },
  // From here on the new key is live on every server.
  { stage: 'added', when: facts => !retires(facts) && usesNew(facts) },
  { stage: 'finished', when: facts => retires(facts) && facts.oldState === 'absent' },
  { stage: 'revoked', when: facts => retires(facts) && facts.oldState === 'revoked' },
  { stage: 'overlap', when: ({ signers }) => signers === 'new' },
  { stage: 'propagate', when: facts => !facts.propagated && !usesNew(facts) },
  { stage: 'switch', when: () => true },
]

export function decideStage(facts: StageFacts): Stage {
  return RULES.find(({ when }) => when(facts))!.stage
}
