// The entry `dkim-toolkit/dns`: questions of any type, zones, and the server that answers from one. Re-exports only.

export { DNS_LIMITS } from '../limits.js'
export { type Answer, type DnsSource, toTxtAnswer } from './answer.js'
export { type ClientOptions, createClient, type DnsClient } from './client.js'
export { isNameserver, isTrustedPath, type Nameserver } from './nameserver.js'
export { MAX_TTL, negativeTtl, type RecordData, type RecordType, type ResourceRecord, type Soa } from './record.js'
export {
  type AnswerStatus,
  type ChainLink,
  noAnswer,
  type Resolver,
  TEMPORARY_STATUSES,
  type TxtAnswer,
  type TxtRecord,
} from './resolver.js'
export { type RunningServer, type ServerOptions, startServer } from './server.js'
export { Zone } from './zone.js'
export { readZone } from './zone-file.js'
export { splitStrings } from './zone-json.js'
export { zoneResolver } from './zone-resolver.js'
