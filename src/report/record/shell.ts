// POSIX shell words (XCU §2.2.2): inside single quotes nothing is special but the quote itself.

const PLAIN = /^[A-Za-z0-9_./:=@%+,-]+$/

/** One word; plain where no quoting is needed. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : shellQuoted(text)
}

export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
