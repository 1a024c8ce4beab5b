// The entry `dkim-toolkit/explain`: why a signature does not verify, with causes and evidence. Re-exports only.

export { MAX_BODY, type ReadMessage, readBody } from './body-reader.js'
export type { BudgetOptions, Clock } from './budget.js'
export { CAUSES, type Cause, type Part } from './causes.js'
export type { Comparison, Difference, Excerpt, FieldComparison } from './compare.js'
export {
  type ExplainedSignature,
  type ExplainRequest,
  explain,
  type FullExplanation,
} from './explain.js'
export {
  type Certainty,
  DIAGNOSES,
  type Diagnosis,
  type Explanation,
  type Pointer,
  type SignatureExplanation,
} from './explanation.js'
export { EXPOSURES, type Exposure } from './exposure.js'
export { canonicalHeaderFor, writeCanonicalBody } from './trace.js'
