// Everything that a stranger can make large, with the bound that is counted before the work is done. Reaching one is reported, never silent.

export const LIMITS = {
  /** Octets of a header section that are read as one. */
  headerBytes: 1 << 20,
  headerFields: 10_000,
  /** DKIM-Signature fields that are evaluated per message; those aligned with From come first. */
  signatures: 10,
  /** DKIM-Signature fields that are reported at all, evaluated or not. */
  signaturesListed: 100,
  /** Octets of one DKIM-Signature field. */
  signatureBytes: 16_384,
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
  cnameHops: 8,
  /** Milliseconds of DNS for one message. */
  dnsTime: 20_000,
  /** Seconds that t= may lie in the future. */
  clockSkew: 300,
} as const
