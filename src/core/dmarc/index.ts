// `dkim-toolkit/dmarc`: the DKIM side of DMARC (RFC 9989). Records, the DNS Tree Walk, the policy for an Author Domain, and alignment.

export { type DmarcDiscovery, type DmarcEvaluation, discoverPolicy, evaluateDmarc } from './evaluate.js'
export { type DmarcFault, type DmarcPolicy, type DmarcRecord, parseDmarcRecord } from './record.js'
export { type TreeWalk, type WalkStep, walkTree } from './tree-walk.js'
