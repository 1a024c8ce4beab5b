// What build systems want of a report: things that were checked, each with what was found wrong with it.

export type Level = 'error' | 'warning' | 'note'

export interface Finding {
  readonly code: string
  readonly level: Level
  /** One sentence, with text of strangers in it: escape it. */
  readonly text: string
}

export interface Subject {
  readonly name: string
  /** Where it is found: a file, or a name in DNS. */
  readonly place: { readonly file: string } | { readonly dnsName: string }
  /** An error is what could not be judged. */
  readonly kind: 'pass' | 'failure' | 'error'
  readonly findings: readonly Finding[]
}

/** What the documents need to know beside the subjects. */
export interface Check {
  /** The command, as in `verify`. */
  readonly command: string
  /** What a code means in general, and what to do about it. */
  readonly rule: (code: string) => { readonly text: string; readonly advice: string }
}
