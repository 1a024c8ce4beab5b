// dkim help: on a command, on a reason or warning code, or on everything.

import { DkimError } from '../../core/errors.js'
import { helpText } from '../../report/help/text.js'
import type { Style } from '../../report/text/style.js'
import type { CommandTree } from '../command.js'
import { type CommandTexts, type DefineCommand, newCommand } from '../command.js'
import type { Context } from '../context.js'
import { EXIT_CODES, type ExitCode } from '../exit-code.js'
import { stdoutStyle } from '../io/stdout-style.js'
import { addColourOptions } from '../options.js'
import { pageOf } from './command-page.js'
import { closest } from './suggestion.js'

const TEXTS: CommandTexts = {
  examples: [
    { run: 'dkim help verify', text: 'a command' },
    { run: 'dkim help body-hash-did-not-verify', text: 'a reason code from a report' },
    { run: 'dkim help dangling-cname', text: 'a finding from dkim lookup' },
    { run: 'dkim help codes', text: 'all reasons and warnings' },
  ],
}

export const defineHelp: DefineCommand = (context, done, tree) =>
  addColourOptions(newCommand('help', TEXTS))
    .description(
      'Explain a command, or a reason, warning or finding code: its cause, how to confirm it, and what to do.',
    )
    .argument('[topic]', 'a command, a code, or "codes"')
    .action(async (topic, options) => done(await runHelp(context, topic, tree, options.color)))

async function runHelp(
  context: Context,
  topic: string | undefined,
  tree: CommandTree,
  option?: boolean,
): Promise<ExitCode> {
  const style = await stdoutStyle(context, option)
  context.stdout.write(await textOn(topic, context, tree, style))
  return EXIT_CODES.ok
}

async function textOn(topic: string | undefined, context: Context, tree: CommandTree, style: Style): Promise<string> {
  const columns = context.stdout.columns ?? 80
  if (topic === undefined) return helpText(pageOf(await tree.build([], context)), columns, style)
  if (tree.names.includes(topic)) {
    const program = await tree.build([topic], context)
    return helpText(pageOf(program.commands.find(command => command.name() === topic) ?? program), columns, style)
  }
  const { GUIDE_CODES, isGuideCode } = await import('../../report/guide/guide.js')
  const { guideIndex, guideText } = await import('../../report/guide/page.js')
  const { FINDING_CODES, findingHelp, isFindingCode } = await import('../../report/lookup/finding-help.js')
  if (topic === 'codes') return guideIndex(style)
  if (isGuideCode(topic)) return guideText(topic, style)
  if (isFindingCode(topic)) return findingHelp(topic, style)
  const meant = closest(topic, [...tree.names, ...GUIDE_CODES, ...FINDING_CODES])
  throw new DkimError(
    'usage',
    `no help for "${topic}"`,
    meant === undefined
      ? 'run dkim help for commands, or dkim help codes for codes'
      : `did you mean dkim help ${meant}?`,
  )
}
