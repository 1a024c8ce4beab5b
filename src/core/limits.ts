// Everything that a stranger can make large, with the bound that is counted before the work is done. Reaching one is reported, never silent.

/** The bounds of the engine. Bytes unless stated otherwise; reaching one is reported. */
export const LIMITS = {
  /** Octets of a header section that are read as one. */
  headerBytes: 1 << 20,
  headerFields: 10_000,
  /** DKIM-Signature fields that are evaluated and reported per message; those aligned with From come first. */
  signatures: 10,
  /** Octets of one DKIM-Signature field. */
  signatureBytes: 16_384,
  /** Octets of a line that is written: "MUST be no more than 998 characters, excluding the CRLF" (RFC 5322 §2.1.1). */
  lineOctets: 998,
  tagsPerList: 64,
  signedFields: 500,
  /** Distinct l= values that are hashed side by side per message. */
  bodyLengths: 4,
  /** Characters of p=. */
  publicKeyCharacters: 4096,
  rsaBits: { min: 1024, recommended: 2048, max: 8192 },
  /** Octets of all TXT records at one name, and how many there may be. */
  txtBytes: 16_384,
  txtRecords: 16,
  /** Key records that are tried where several stand at one name. */
  keysPerName: 4,
  /** Aliases in a row that take a question each. */
  cnameHops: 8,
  /** Aliases in a row of any kind: those of one answer or of a file cost no question. */
  aliases: 64,
  /** Milliseconds of DNS for one message. */
  dnsTime: 20_000,
  /** Seconds that t= may lie in the future. */
  clockSkew: 300,
} as const

/** DNS: sizes, counts and times. Times are milliseconds. */
export const DNS_LIMITS = {
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
  /** Without an answer for so long, a question is asked again; doubles with each round over all servers. */
  attemptTime: 1_000,
  /** Attempts of one question that are listened to at once: a late answer to an early one is as good. */
  attemptsOpen: 3,
  /** How often a server that answers, but with nothing that can be used, is asked the same. */
  rounds: 2,
  /** Pause before such a server is asked again. */
  backOff: 250,
  /** Before a resolver that failed is asked again whether it still does. */
  failureTime: 1_100,
  /** An answer is not kept longer than this, whatever its TTL says (RFC 8767 §4 suggests a cap). */
  cacheTime: 86_400_000,
  /** A negative answer is not kept longer than this (RFC 2308 §5). */
  negativeCacheTime: 10_800_000,
  /** Names that the cache holds. */
  cacheEntries: 10_000,
  /** Names asked for at once, in the whole process. */
  concurrency: 64,
  /** Octets of a zone file. */
  zoneBytes: 16 * 1024 * 1024,
} as const
