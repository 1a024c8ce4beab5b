// A page of the guide as Markdown, for docs/reasons/.

import { GUIDE_CODES, GUIDES, type GuideCode, standingOf, titleOf } from './guide.js'
import type { Guide, Step } from './step.js'

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
