// The exit codes of every command. CI and mail systems rely on them.

export const EXIT_CODES = {
  /** Everything passed, or is on track. */
  ok: 0,
  /** Something did not pass, or a check found a problem. */
  problem: 1,
  /** Usage, or an input, key or zone that cannot be read. */
  usage: 2,
  /** Nothing to judge: the message is not signed, no record was found. */
  nothing: 3,
  /** Our own fault (EX_SOFTWARE). */
  internal: 70,
  /** Only temporary failures stood in the way: try again (EX_TEMPFAIL, what mail systems expect). */
  temporary: 75,
} as const satisfies Record<string, number>

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES]

/** In a batch the first of these that occurred wins. */
const PRECEDENCE: readonly ExitCode[] = [70, 2, 1, 3, 75]

export function combineExitCodes(codes: Iterable<ExitCode>): ExitCode {
  const seen = new Set(codes)
  return PRECEDENCE.find(code => seen.has(code)) ?? EXIT_CODES.ok
}
