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
  'list owner: do not touch Subject, body and From of signed mail, or sign again and seal with ARC; recipients: judge by the list’s own signature'
const GATEWAY_ADVICE =
  'gateway admin: verify first, change afterwards, and do not forward what was changed as if it were signed'
const RELAY_ADVICE = 'mail admin: find the relay that rewrites mail behind the signer, and sign last'
const SIGNER_ADVICE =
  'signer: sign the message as it is sent, with c=relaxed/relaxed, behind everything that changes it'

export const CAUSES = {
  'body-appended': {
    part: 'body',
    text: 'text was appended to the body',
    advice: `a footer or disclaimer: ${LIST_ADVICE}; outgoing disclaimers belong before the signer`,
  },
  'body-prepended': {
    part: 'body',
    text: 'text was put in front of the body',
    advice: 'gateway admin: mark external mail in the mail client or by a header field instead of a banner in the body',
  },
  'body-inserted': {
    part: 'body',
    text: 'text was inserted into the body',
    advice: 'admin of the list or gateway: stop inserting banners and footers into signed mail',
  },
  'body-wrapped': {
    part: 'body',
    text: 'the body was wrapped: text stands before and behind it',
    advice: `a new MIME structure, or a banner and a footer: ${LIST_ADVICE}`,
  },
  'line-ends-changed': {
    part: 'body',
    text: 'line ends were changed, or hashed in another form',
    advice: 'signer: convert to CRLF before signing (§5.3); relays: never convert line ends of mail in transit',
  },
  'trailing-space-changed': { part: 'body', text: 'white space at line ends was changed', advice: SIGNER_ADVICE },
  'blank-lines-changed': { part: 'body', text: 'blank lines were added or removed', advice: RELAY_ADVICE },
  'body-end-changed': {
    part: 'body',
    text: 'the end of the body was hashed in another form than §3.4 asks for',
    advice: 'signer: update the signing software; it mistakes the rule for the last line end or blank lines at the end',
  },
  'dot-stuffing-changed': {
    part: 'body',
    text: 'dots at line starts were added or removed',
    advice:
      'admin of the relay or signer: dot-stuffing belongs to SMTP alone (RFC 5321 §4.5.2); sign before it and undo it once',
  },
  'from-quoting-changed': {
    part: 'body',
    text: 'lines that begin with From were quoted',
    advice:
      'signer: encode lines that begin with “From ” as quoted-printable; mail stores: quote in the mbox only, and undo it',
  },
  'tabs-changed': { part: 'body', text: 'tabs and spaces were exchanged', advice: RELAY_ADVICE },
  'white-space-collapsed': { part: 'body', text: 'white space in the body was changed', advice: SIGNER_ADVICE },
  'other-body-canonicalization': {
    part: 'body',
    text: 'the body hash was made with another canonicalization than c= declares',
    advice: 'signer: fix the signing software so that c= says what it does',
  },
  'body-length-wrong': {
    part: 'body',
    text: 'l= does not say which part of the body was hashed',
    advice: 'signer: sign without l= (§8.2)',
  },
  'transfer-encoding-changed': {
    part: 'body',
    text: 'the transfer encoding of the content was changed',
    advice: 'signer: send 7-bit content (quoted-printable or base64), which no relay has a reason to re-encode (§5.3)',
  },
  'lines-rewrapped': {
    part: 'body',
    text: 'encoded lines were wrapped anew',
    advice: 'signer: keep lines under 78 characters; gateway admin: pass on MIME parts unchanged',
  },
  'charset-changed': { part: 'body', text: 'the text was converted to another charset', advice: GATEWAY_ADVICE },
  'part-fields-changed': {
    part: 'body',
    text: 'header fields of MIME parts were added or changed',
    advice: 'mail admin: sign behind the server that writes such fields (Exchange adds them), or make it stop',
  },
  'links-rewritten': {
    part: 'body',
    text: 'links were rewritten',
    advice:
      'gateway admin: click-time protection changes the body; verify at the gateway and trust its result behind it',
  },
  'body-truncated': {
    part: 'body',
    text: 'the body is cut off',
    advice: 'look for size limits and broken transfers between the signer and here; ask for the complete message',
  },
  'boundary-changed': { part: 'body', text: 'the boundary between MIME parts was changed', advice: GATEWAY_ADVICE },
  'original-body-differs': {
    part: 'body',
    text: 'the body differs from the original’s',
    advice: 'the first difference shows what the way did to the body',
  },

  'subject-tag': { part: 'header', text: 'Subject was tagged', advice: LIST_ADVICE },
  'field-refolded': {
    part: 'header',
    text: 'a field was folded anew',
    advice: 'signer: use relaxed header canonicalization, which folding does not break',
  },
  'white-space-changed': {
    part: 'header',
    text: 'white space in a field was changed',
    advice:
      'signer: use relaxed header canonicalization, and write fields as relays would (one space behind colon and comma)',
  },
  'field-name-case-changed': {
    part: 'header',
    text: 'the letter case of a field name was changed',
    advice: 'signer: use relaxed header canonicalization',
  },
  'address-reformatted': {
    part: 'header',
    text: 'addresses were written anew (quotes, brackets, letter case)',
    advice:
      'signer: write addresses the plain way (quotes only where needed), or sign behind the software that rewrites them',
  },
  'domain-form-changed': {
    part: 'header',
    text: 'the form of a domain was changed (letter case, A-label or U-label)',
    advice: 'signer: write domains in lower case A-label form',
  },
  'recipients-changed': {
    part: 'header',
    text: 'a recipient was added to a signed address field',
    advice: 'admin of the list or forwarder: leave To and Cc alone; recipients belong into the envelope',
  },
  'encoded-words-changed': {
    part: 'header',
    text: 'encoded words were encoded anew (RFC 2047)',
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
    text: 'Date was replaced or written anew',
    advice: 'signer: write a Date in the form of RFC 5322 before signing; relays add or mend one otherwise',
  },
  'mime-fields-changed': {
    part: 'header',
    text: 'MIME fields were changed',
    advice:
      'the content was re-encoded or rebuilt on the way; signer: send 7-bit content, gateways: pass it on unchanged',
  },
  'field-added': {
    part: 'header',
    text: 'a field was added that the signature says is absent, or that hides the signed one',
    advice: 'find who adds the field (the topmost Received fields near it tell), and sign behind that hop',
  },
  'field-removed': {
    part: 'header',
    text: 'a signed field was removed',
    advice: 'find the hop that removes the field, or sign without it',
  },
  'fields-reordered': {
    part: 'header',
    text: 'fields of one name were reordered, or signed from the top',
    advice: 'signer: sign each name from the bottom up (§5.4.2); relays: keep the order of fields',
  },
  'signature-field-changed': {
    part: 'header',
    text: 'the DKIM-Signature field itself was changed',
    advice: 'relay admin: never rewrite DKIM-Signature; signer: use relaxed header canonicalization',
  },
  'body-hash-replaced': {
    part: 'header',
    text: 'bh= is not the one that was signed',
    advice:
      'someone computed the body hash anew after signing: look for software that “repairs” signatures, or for forgery',
  },
  'other-header-canonicalization': {
    part: 'header',
    text: 'the header was signed with another canonicalization than c= declares',
    advice: 'signer: fix the signing software so that c= says what it does',
  },
  'signer-mistake': {
    part: 'header',
    text: 'the signing software hashes the header in another form than §3.7 asks for',
    advice: 'signer: update the signing software, and verify a message of it with dkim verify before sending more',
  },
  'copied-field-differs': {
    part: 'header',
    text: 'a field differs from the copy that the signer kept in z=',
    advice: 'compare the two values: the copy shows what was signed',
  },
  'original-header-differs': {
    part: 'header',
    text: 'signed fields differ from the original’s',
    advice: 'the differences show what the way did to the header',
  },

  'wrong-key-or-damaged-signature': {
    part: 'key',
    text: 'the published key cannot have made this b=',
    advice:
      'DNS owner: publish the key that signs (dkim lookup --key compares them); signer: check that b= is not cut or altered',
  },
  'wrong-key': {
    part: 'key',
    text: 'another key made the signature',
    advice: 'signer: correct s= and d=, or DNS owner: publish the signing key under this selector',
  },
  'other-digest-algorithm': {
    part: 'key',
    text: 'b= was made with another digest algorithm than a= declares',
    advice: 'signer: fix the signing software so that a= says what it does; use rsa-sha256',
  },
} as const satisfies Record<string, CauseRow>

export type Cause = keyof typeof CAUSES
