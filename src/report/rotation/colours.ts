// The colours of plans that are looked at, as CSS variables: light, dark, and paper. Every colour also comes with a word or a shape.

const LIGHT = `--paper:#ffffff;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--card:#f6f8fa;--done:#1a7f37;--now:#0a5dc2;--wait:#656d76;--bad:#c4231c;--due:#8a5a00`
const DARK = `--paper:#0d1117;--ink:#e6edf3;--soft:#a0a9b4;--line:#30363d;--card:#161b22;--done:#4ac26b;--now:#6cb6ff;--wait:#8b949e;--bad:#ff7b72;--due:#e3b341`

/** Print is always on white. */
export function colourRules(root: string): string {
  return [
    `${root}{${LIGHT};color-scheme:light dark}`,
    `@media screen and (prefers-color-scheme:dark){${root}{${DARK}}}`,
  ].join('')
}

export const STATUS_COLOURS = {
  done: 'var(--done)',
  current: 'var(--now)',
  waiting: 'var(--wait)',
  blocked: 'var(--bad)',
  late: 'var(--due)',
} as const

export const VERDICT_COLOURS = {
  planned: 'var(--now)',
  'on-track': 'var(--done)',
  'action-due': 'var(--due)',
  alarm: 'var(--bad)',
  temporary: 'var(--due)',
} as const

export const FONT = `system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif`
