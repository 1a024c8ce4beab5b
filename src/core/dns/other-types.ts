// Record types that stand in zone files and are never asked for here: names, and the general form TYPE123 (RFC 3597 §5).

const GENERAL_FORM = /^TYPE(\d{1,5})$/i

/** Types that are common in zone files and never asked for here. */
const OTHER_TYPES: ReadonlyMap<string, number> = new Map([
  ['PTR', 12],
  ['HINFO', 13],
  ['RP', 17],
  ['LOC', 29],
  ['SRV', 33],
  ['NAPTR', 35],
  ['CERT', 37],
  ['DS', 43],
  ['SSHFP', 44],
  ['RRSIG', 46],
  ['NSEC', 47],
  ['DNSKEY', 48],
  ['NSEC3', 50],
  ['NSEC3PARAM', 51],
  ['TLSA', 52],
  ['SMIMEA', 53],
  ['CDS', 59],
  ['CDNSKEY', 60],
  ['OPENPGPKEY', 61],
  ['ZONEMD', 63],
  ['SVCB', 64],
  ['HTTPS', 65],
  ['SPF', 99],
  ['URI', 256],
  ['CAA', 257],
])

/** The code of a type by its name in capitals, undefined where there is no such type. */
export function otherTypeCode(name: string): number | undefined {
  const general = GENERAL_FORM.exec(name)?.[1]
  const code = OTHER_TYPES.get(name) ?? (general === undefined ? undefined : Number(general))
  return code === undefined || code > 65_535 ? undefined : code
}
