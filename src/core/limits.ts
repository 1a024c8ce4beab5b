// Limits on everything that can be counted. Each is checked before the work, and reaching one is reported, never silent.

/** DNS: sizes, counts and times. Times are milliseconds. */
export const DNS_LIMITS = {
  /** Alias links followed from the asked name to the record. */
  chainLinks: 8,
  /** Octets of all TXT records at a name. */
  txtBytes: 16 * 1024,
  /** TXT records at a name. */
  txtRecords: 16,
  /** Records of any kind in one message; more than this and it is not read. */
  messageRecords: 256,
  /** Compression pointers followed in one message. */
  pointerHops: 512,
  /** Octets of one message over TCP or HTTPS. */
  messageBytes: 65_535,
  /** Datagrams that belong to no question of ours before an attempt is given up. */
  strays: 100,
  /** Size of a UDP answer that we offer to take (DNS flag day 2020). */
  udpPayload: 1232,
  /** One attempt at one server. */
  attemptTime: 3_000,
  /** Rounds over all servers. */
  rounds: 2,
  /** Pause before the second round; doubles with each further one. */
  backOff: 250,
  /** One name, everything included. */
  lookupTime: 20_000,
  /** An answer is not kept longer than this, whatever its TTL says (RFC 8767 §4 suggests a cap). */
  cacheTime: 86_400_000,
  /** A negative answer is not kept longer than this (RFC 2308 §5). */
  negativeCacheTime: 10_800_000,
  /** Names that the cache holds. */
  cacheEntries: 10_000,
  /** Queries in flight at once. */
  concurrency: 64,
  /** Octets of a zone file. */
  zoneBytes: 16 * 1024 * 1024,
} as const
