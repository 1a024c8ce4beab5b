// Every cause that an explanation can name, one row each: its part, a phrase for people, and what to do. The codes are stable (docs/explain.md).

export type Part = 'body' | 'header' | 'key'

interface CauseRow {
  readonly part: Part
  /** What happened in general; the text of an explanation says it of the case at hand. */
  readonly text: string
  /** For the person who can change it. */
  readonly advice: string
}

const LIST_ADVICE =
  'list owner: do not modify Subject, body or From of signed mail, or sign the modified mail with the list’s own domain and an aligned From; recipients: rely on the list’s own signature'
const GATEWAY_ADVICE =
  'gateway admin: verify before modifying, and do not forward modified mail as if its signature still held'
const RELAY_ADVICE = 'mail admin: find the relay that rewrites mail after signing, and sign last'
const SIGNER_ADVICE = 'signer: sign the message as sent, with c=relaxed/relaxed, after everything that modifies it'

export const CAUSES = {
  'body-appended': {
    part: 'body',
    text: 'text was appended to the body',
    advice: `a footer or disclaimer: ${LIST_ADVICE}; add outgoing disclaimers before signing`,
  },
  'body-prepended': {
    part: 'body',
    text: 'text was prepended to the body',
    advice:
      'gateway admin: flag external mail in the mail client or with a header field, not with a banner in the body',
  },
  'body-inserted': {
    part: 'body',
    text: 'text was inserted into the body',
    advice: 'admin of the list or gateway: stop inserting banners and footers into signed mail',
  },
  'body-wrapped': {
    part: 'body',
    text: 'text was added before and after the body',
    advice: `a new MIME structure, or a banner and a footer: ${LIST_ADVICE}`,
  },
  'line-ends-changed': {
    part: 'body',
    text: 'line endings were changed, or hashed differently',
    advice: 'signer: convert to CRLF before signing (§5.3); relays: never convert line endings in transit',
  },
  'trailing-space-changed': { part: 'body', text: 'trailing white space was changed', advice: SIGNER_ADVICE },
  'blank-lines-changed': { part: 'body', text: 'blank lines were added or removed', advice: RELAY_ADVICE },
  'body-end-changed': {
    part: 'body',
    text: 'the signer did not hash the end of the body as §3.4 requires',
    advice: 'signer: update the signing software; it gets the final line ending or trailing blank lines wrong',
  },
  'dot-stuffing-changed': {
    part: 'body',
    text: 'dots at line starts were added or removed',
    advice:
      'admin of the relay or signer: dot-stuffing belongs to SMTP only (RFC 5321 §4.5.2): sign before it, and remove it exactly once',
  },
  'from-quoting-changed': {
    part: 'body',
    text: 'lines that begin with From were quoted',
    advice:
      'signer: encode lines that begin with “From ” as quoted-printable; mail stores: quote only inside the mbox, and undo it',
  },
  'tabs-changed': { part: 'body', text: 'tabs and spaces were interchanged', advice: RELAY_ADVICE },
  'white-space-collapsed': { part: 'body', text: 'white space in the body was changed', advice: SIGNER_ADVICE },
  'other-body-canonicalization': {
    part: 'body',
    text: 'the body hash uses a different canonicalization than c= declares',
    advice: 'signer: fix the signing software: c= must match what it does',
  },
  'body-length-wrong': {
    part: 'body',
    text: 'l= does not match the part of the body that was hashed',
    advice: 'signer: sign without l= (§8.2)',
  },
  'transfer-encoding-changed': {
    part: 'body',
    text: 'the transfer encoding of the content was changed',
    advice: 'signer: send 7-bit content (quoted-printable or base64), which relays have no reason to re-encode (§5.3)',
  },
  'lines-rewrapped': {
    part: 'body',
    text: 'encoded lines were re-wrapped',
    advice: 'signer: keep lines under 78 characters; gateway admin: pass on MIME parts unchanged',
  },
  'charset-changed': { part: 'body', text: 'the text was converted to a different charset', advice: GATEWAY_ADVICE },
  'part-fields-changed': {
    part: 'body',
    text: 'header fields of MIME parts were added or changed',
    advice: 'mail admin: sign after the server that writes such fields (Exchange adds them), or stop it from doing so',
  },
  'links-rewritten': {
    part: 'body',
    text: 'links were rewritten',
    advice:
      'gateway admin: click-time protection modifies the body; verify at the gateway and trust its result downstream',
  },
  'body-truncated': {
    part: 'body',
    text: 'the body is truncated',
    advice: 'look for size limits and broken transfers between the signer and here; ask for the complete message',
  },
  'boundary-changed': { part: 'body', text: 'the boundary between MIME parts was changed', advice: GATEWAY_ADVICE },
  'original-body-differs': {
    part: 'body',
    text: 'the body differs from the original’s',
    advice: 'the first difference shows how the body was changed in transit',
  },

  'subject-tag': { part: 'header', text: 'a tag was added to Subject', advice: LIST_ADVICE },
  'field-refolded': {
    part: 'header',
    text: 'a field was refolded',
    advice: 'signer: use relaxed header canonicalization, which tolerates folding',
  },
  'white-space-changed': {
    part: 'header',
    text: 'white space in a field was changed',
    advice:
      'signer: use relaxed header canonicalization, and format fields as relays do (one space after colon and comma)',
  },
  'field-name-case-changed': {
    part: 'header',
    text: 'the letter case of a field name was changed',
    advice: 'signer: use relaxed header canonicalization',
  },
  'address-reformatted': {
    part: 'header',
    text: 'addresses were reformatted (quotes, brackets, letter case)',
    advice: 'signer: write plain addresses (quotes only where needed), or sign after the software that rewrites them',
  },
  'domain-form-changed': {
    part: 'header',
    text: 'the form of a domain was changed (letter case, A-label or U-label)',
    advice: 'signer: write domains in lower case A-label form',
  },
  'recipients-changed': {
    part: 'header',
    text: 'a recipient was added to a signed address field',
    advice: 'admin of the list or forwarder: leave To and Cc unchanged; recipients belong in the envelope',
  },
  'encoded-words-changed': {
    part: 'header',
    text: 'encoded words were re-encoded (RFC 2047)',
    advice: 'gateway admin: pass on signed fields byte for byte',
  },
  'from-rewritten': {
    part: 'header',
    text: 'From was rewritten',
    advice:
      'list owner: this is what lists do for DMARC; sign with the list’s own domain and keep the author in Reply-To',
  },
  'field-replaced': {
    part: 'header',
    text: 'a field was replaced, and the message still carries the old value elsewhere',
    advice: RELAY_ADVICE,
  },
  'date-changed': {
    part: 'header',
    text: 'Date was replaced or reformatted',
    advice: 'signer: write a valid RFC 5322 Date before signing; otherwise relays add or fix it',
  },
  'mime-fields-changed': {
    part: 'header',
    text: 'MIME fields were changed',
    advice:
      'the content was re-encoded or rebuilt in transit; signer: send 7-bit content, gateways: pass it on unchanged',
  },
  'field-added': {
    part: 'header',
    text: 'a field was added that the signature declares absent, or that hides the signed one',
    advice: 'find the hop that adds the field (see the nearest Received fields), and sign after it',
  },
  'field-removed': {
    part: 'header',
    text: 'a signed field was removed',
    advice: 'find the hop that removes the field, or do not sign it',
  },
  'fields-reordered': {
    part: 'header',
    text: 'fields of the same name were reordered, or signed from the top',
    advice: 'signer: sign each name from the bottom up (§5.4.2); relays: keep the order of fields',
  },
  'signature-field-changed': {
    part: 'header',
    text: 'the DKIM-Signature field itself was changed',
    advice: 'relay admin: never rewrite DKIM-Signature; signer: use relaxed header canonicalization',
  },
  'body-hash-replaced': {
    part: 'header',
    text: 'bh= was replaced after signing',
    advice: 'the body hash was recomputed after signing: look for software that “repairs” signatures, or forgery',
  },
  'other-header-canonicalization': {
    part: 'header',
    text: 'the header was signed with a different canonicalization than c= declares',
    advice: 'signer: fix the signing software: c= must match what it does',
  },
  'signer-mistake': {
    part: 'header',
    text: 'the signing software does not hash the header as §3.7 requires',
    advice: 'signer: update the signing software, and check one of its messages with dkim verify before sending more',
  },
  'copied-field-differs': {
    part: 'header',
    text: "a field differs from the signer's copy in z=",
    advice: 'compare the two values: the copy shows what was signed',
  },
  'original-header-differs': {
    part: 'header',
    text: 'signed fields differ from the original’s',
    advice: 'the differences show how the header was changed in transit',
  },

  'wrong-key-or-damaged-signature': {
    part: 'key',
    text: 'b= does not match the published key',
    advice:
      'DNS owner: publish the key that signs (dkim lookup --key compares them); signer: check that b= is not cut or altered',
  },
  'wrong-key': {
    part: 'key',
    text: 'made with a different key',
    advice: 'signer: correct s= and d=, or DNS owner: publish the signing key under this selector',
  },
  'other-digest-algorithm': {
    part: 'key',
    text: 'b= uses a different digest algorithm than a= declares',
    advice: 'signer: fix the signing software so that a= says what it does; use rsa-sha256',
  },
} as const satisfies Record<string, CauseRow>

export type Cause = keyof typeof CAUSES

/** Names for one and the same difference: the first that fits is the most exact, and the others are no causes beside it. */
const SAME_DIFFERENCE: readonly ReadonlySet<Cause>[] = [
  new Set(['trailing-space-changed', 'tabs-changed', 'white-space-collapsed']),
  new Set([
    'field-refolded',
    'white-space-changed',
    'mime-fields-changed',
    'address-reformatted',
    'encoded-words-changed',
  ]),
  new Set(['address-reformatted', 'domain-form-changed', 'from-rewritten']),
]
/** That an old value is known says nothing about why it is old. */
const EVIDENCE_ONLY: ReadonlySet<Cause> = new Set(['copied-field-differs', 'field-replaced'])
const MAX_ALTERNATIVES = 4

/** One hypothesis for each cause, in their order, without those that only describe an earlier one again. */
export function distinctCauses<Item extends { readonly code: Cause }>(items: readonly Item[]): Item[] {
  const distinct: Item[] = []
  for (const item of items) {
    if (distinct.some(({ code }) => isSameCause(code, item.code))) continue
    distinct.push(item)
  }
  return distinct.slice(0, MAX_ALTERNATIVES)
}

function isSameCause(one: Cause, other: Cause): boolean {
  if (one === other || EVIDENCE_ONLY.has(one) || EVIDENCE_ONLY.has(other)) return true
  return SAME_DIFFERENCE.some(causes => causes.has(one) && causes.has(other))
}
