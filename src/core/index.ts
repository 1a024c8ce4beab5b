export { type ClientOptions, createClient } from './dns/client.js'
export { isNameserver } from './dns/nameserver.js'
export {
  type AnswerStatus,
  type ChainLink,
  type Resolver,
  TEMPORARY_STATUSES,
  type TxtAnswer,
  type TxtRecord,
} from './dns/resolver.js'
export { Zone } from './dns/zone.js'
export { readZone } from './dns/zone-file.js'
export { zoneResolver } from './dns/zone-resolver.js'
export * from './errors.js'
export { DNS_LIMITS } from './limits.js'
