// A command that carries its examples and notes, for its help and its man page.

import { Command } from 'commander'
import type { Example, Table } from '../report/help/page.js'

export class ToolCommand extends Command {
  readonly shownExamples: Example[] = []
  readonly shownNotes: string[] = []
  readonly shownTables: Table[] = []

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

  note(text: string): this {
    this.shownNotes.push(text)
    return this
  }
}
