// A command that carries its examples and notes, for its help and its man page.

import { Command } from 'commander'
import type { Example, Table, Values } from '../report/help/page.js'

export class ToolCommand extends Command {
  readonly shownExamples: Example[] = []
  readonly shownNotes: string[] = []
  readonly shownTables: Table[] = []
  readonly suggestions = new Map<string, Values>()

  /** A command line that works as it stands, with what it does. */
  example(run: string, text?: string): this {
    this.shownExamples.push({ run, text: text ?? null })
    return this
  }

  /** A list of what an option may name. */
  table(title: string, rows: Table['rows']): this {
    this.shownTables.push({ title, rows })
    return this
  }

  /** What the completions of shells offer, by long option or name of an argument, where neither choices nor `<file>` tell. */
  suggest(rows: Readonly<Record<string, Values>>): this {
    for (const [name, values] of Object.entries(rows)) this.suggestions.set(name, values)
    return this
  }

  note(text: string): this {
    this.shownNotes.push(text)
    return this
  }
}
