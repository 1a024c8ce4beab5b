// A page of the guide, on a terminal and as Markdown (docs/reasons/).

import { marked } from '../text/rows.js'
import { PLAIN, type Style } from '../text/style.js'
import { wrapWords } from '../text/wrap.js'
import { GUIDE_CODES, GUIDES, type GuideCode, standingOf, titleOf } from './guide.js'
import type { Guide, Step } from './step.js'

export function guideText(code: GuideCode, style: Style = PLAIN): string {
  const { cause, confirm, fix }: Guide = GUIDES[code]
  const lines = [
    style.strong(code),
    ...wrapWords(`${titleOf(code)} (${standingOf(code)})`, style.columns),
    '',
    style.strong('Cause'),
    ...indented(cause, style),
    '',
    style.strong('How to confirm it'),
    ...confirm.flatMap(step => stepLines(step, style)),
    '',
    style.strong('What to do'),
    ...fix.flatMap(step => stepLines(step, style)),
  ]
  return `${lines.join('\n')}\n`
}

/** A title goes next to its code only where this many columns are left. */
const LEAST_TITLE = 30

/** Every code there is a page for. */
export function guideIndex(style: Style = PLAIN): string {
  const width = Math.max(...GUIDE_CODES.map(code => code.length)) + 4
  const wide = style.columns >= width + LEAST_TITLE
  const lines = GUIDE_CODES.flatMap(code => {
    if (!wide) return [`  ${style.strong(code)}`, ...marked('    ', 4, titleOf(code), style)]
    return marked(`  ${style.strong(code)}${' '.repeat(width - code.length - 2)}`, width, titleOf(code), style)
  })
  return lines.map(line => `${line}\n`).join('')
}

function indented(text: string, { columns }: Style): string[] {
  return wrapWords(text, columns - 2).map(line => `  ${line}`)
}

function stepLines([text, command]: Step, style: Style): string[] {
  const [first = '', ...rest] = wrapWords(`${text}${command === undefined ? '.' : ':'}`, style.columns - 4)
  return [
    `  - ${first}`,
    ...rest.map(line => `    ${line}`),
    ...(command === undefined ? [] : [`      ${style.dim('$')} ${command}`]),
  ]
}

export function guideMarkdown(code: GuideCode): string {
  const { cause, confirm, fix }: Guide = GUIDES[code]
  return [
    `# ${code}`,
    `*${titleOf(code)}* (${standingOf(code)})`,
    '## Cause',
    cause,
    '## How to confirm it',
    ...confirm.map(stepMarkdown),
    '## What to do',
    ...fix.map(stepMarkdown),
    `On a terminal: \`dkim help ${code}\``,
    '',
  ].join('\n\n')
}

export function guideIndexMarkdown(): string {
  const rows = GUIDE_CODES.map(code => `| [${code}](${code}.md) | ${titleOf(code)} | ${standingOf(code)} |`)
  return `# Reasons and warnings\n\n| code | meaning | result |\n|---|---|---|\n${rows.join('\n')}\n`
}

function stepMarkdown([text, command]: Step): string {
  return command === undefined ? `- ${text}.` : `- ${text}:\n\n  \`\`\`sh\n  ${command}\n  \`\`\``
}
