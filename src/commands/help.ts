// dkim help: on a command, on a reason or warning code, or on everything.

import { DkimError } from '../core/index.js'
import { FINDING_CODES, findingHelp, isFindingCode } from '../report/finding-help.js'
import { GUIDE_CODES, isGuideCode } from '../report/guide/guide.js'
import { guideIndex, guideText } from '../report/guide/text.js'
import { helpText } from '../report/help/text.js'
import { type Style, styleFor } from '../report/style.js'
import { pageOf } from './command-page.js'
import type { Context } from './context.js'
import { EXIT_CODES, type ExitCode } from './exit-code.js'
import { buildProgram, COMMAND_NAMES, type DefineCommand } from './main.js'
import { addGroup, colourOptions, newCommand } from './options.js'
import { closest } from './suggestion.js'

export const defineHelp: DefineCommand = (context, done) =>
  addGroup(newCommand('help'), 'Report', colourOptions())
    .description(
      'Explain a command, or the code of a reason, warning or finding: what causes it, how to make sure, what to do.',
    )
    .example('dkim help verify', 'a command')
    .example('dkim help body-hash-did-not-verify', 'a reason that a report gave')
    .example('dkim help dangling-cname', 'a finding of dkim lookup')
    .example('dkim help codes', 'all reasons and warnings')
    .suggest({ topic: { words: [...COMMAND_NAMES, 'codes', ...GUIDE_CODES, ...FINDING_CODES] } })
    .argument('[topic]', 'a command, a code, or "codes"')
    .action(async (topic: string | undefined, options: { readonly color?: boolean }) =>
      done(await runHelp(context, topic, options.color)),
    )

async function runHelp(context: Context, topic: string | undefined, option?: boolean): Promise<ExitCode> {
  const style = await styleFor({ option, env: context.env, isTTY: context.stdout.isTTY === true })
  context.stdout.write(await textOn(topic, context, style))
  return EXIT_CODES.ok
}

async function textOn(topic: string | undefined, context: Context, style: Style): Promise<string> {
  const columns = context.stdout.columns ?? 80
  if (topic === undefined) return helpText(pageOf(await buildProgram([], context)), columns, style)
  if (COMMAND_NAMES.includes(topic)) {
    const program = await buildProgram([topic], context)
    return helpText(pageOf(program.commands.find(command => command.name() === topic) ?? program), columns, style)
  }
  if (topic === 'codes') return guideIndex(style)
  if (isGuideCode(topic)) return guideText(topic, style)
  if (isFindingCode(topic)) return findingHelp(topic, style)
  const meant = closest(topic, [...COMMAND_NAMES, ...GUIDE_CODES, ...FINDING_CODES])
  throw new DkimError(
    'usage',
    `there is no help on "${topic}"`,
    meant === undefined
      ? 'dkim help lists the commands, dkim help codes the codes'
      : `did you mean dkim help ${meant}?`,
  )
}
