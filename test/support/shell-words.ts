// Splits a printed command line the way a shell would, as far as ours go: quotes, pipes and redirections.

export interface ShellCommand {
  readonly words: readonly string[]
}

/** The commands of a pipeline, each without its redirections. */
export function shellCommands(line: string): ShellCommand[] {
  const tokens = line.match(/'[^']*'|"[^"]*"|[|<>]|[^\s'"|<>]+(?:'[^']*'|"[^"]*")?/g) ?? []
  const commands: string[][] = [[]]
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] ?? ''
    if (token === '|') commands.push([])
    else if (token === '<' || token === '>') index += 1
    else commands.at(-1)?.push(token.replaceAll(/['"]/g, ''))
  }
  return commands.map(words => ({ words }))
}
