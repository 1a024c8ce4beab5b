// Quoted-printable content as the bytes that it stands for, as latin1 (RFC 2045 §6.7).

/** What is not an escape stays as it is; soft line breaks may end in CRLF or LF. */
export function decodeQuotedPrintable(text: string): string {
  return text
    .replace(/(?<![ \t])[ \t]+(?=\r?\n|$)/g, '')
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
