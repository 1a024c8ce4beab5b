// dkim completion: the completion script of a shell on stdout.

import { GUIDE_CODES } from '../../report/guide/guide.js'
import { bashCompletion } from '../../report/help/bash.js'
import { fishCompletion } from '../../report/help/fish.js'
import type { CommandPage } from '../../report/help/page.js'
import { zshCompletion } from '../../report/help/zsh.js'
import { FINDING_CODES } from '../../report/lookup/finding-help.js'
import type { CommandTree } from '../command.js'
import { Argument, type CommandTexts, type DefineCommand, newCommand } from '../command.js'
import type { Context } from '../context.js'
import { EXIT_CODES } from '../exit-code.js'
import { pageOf } from './command-page.js'

const SHELLS = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
} as const satisfies Record<string, (program: CommandPage) => string>

type Shell = keyof typeof SHELLS

const TEXTS: CommandTexts = {
  examples: [
    { run: 'mkdir -p ~/.local/share/bash-completion/completions', text: 'bash' },
    { run: 'dkim completion bash > ~/.local/share/bash-completion/completions/dkim', text: null },
    { run: 'mkdir -p ~/.zfunc', text: 'zsh, with fpath=(~/.zfunc $fpath) before compinit in ~/.zshrc' },
    { run: 'dkim completion zsh > ~/.zfunc/_dkim', text: null },
    { run: 'mkdir -p ~/.config/fish/completions', text: 'fish' },
    { run: 'dkim completion fish > ~/.config/fish/completions/dkim.fish', text: null },
  ],
  notes: [
    'Selectors and domains are taken from the files written by keygen: in the working directory, and where --key, --key-dir, ' +
      '--out-dir, DKIM_OUT_DIR and the configuration file point. Completion runs no programs, not even dkim.',
  ],
}

export const defineCompletion: DefineCommand = (context, done, tree) =>
  newCommand('completion', TEXTS)
    .description(
      'Print a shell completion script for commands, options, values, files, and the selectors and domains of your keys.',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS) as Shell[]))
    .action(async shell => {
      context.stdout.write(SHELLS[shell](await programPage(context, tree)))
      done(EXIT_CODES.ok)
    })

/** The whole tree with every option. */
export async function programPage(context: Context, tree: CommandTree): Promise<CommandPage> {
  const page = pageOf(await tree.build(tree.names, context))
  // Not where help describes itself, which would load every code for the help of a command.
  const words = [...tree.names, 'codes', ...GUIDE_CODES, ...FINDING_CODES]
  const commands = page.commands.map(command =>
    command.name === 'dkim help'
      ? { ...command, arguments: command.arguments.map(row => ({ ...row, values: { words } })) }
      : command,
  )
  return { ...page, commands }
}
