// Reads the command lines out of a document, with the output that is printed below them, and compares it with a real one.
//
// ```console   lines that begin with `$ `, each followed by what it writes
// ```sh        lines alone: what they write is kept in transcripts/
//
// A printed `…` stands for any text of its line, and alone on a line for any number of lines.

import { expect } from 'vitest'
import type { World } from './world.js'

export interface PrintedLine {
  readonly line: string
  /** What the document says it writes; null where it says nothing. */
  readonly output: string | null
}

/** Runs a line; fails where it is wrong use, a fault of ours, or where the shell itself cannot do it. */
export async function transcriptOf(world: World, { line, output }: PrintedLine): Promise<string> {
  const { code, text } = await world.run(line)
  expect([0, 1, 3, 75], `${line}\n${text}`).toContain(code)
  expect(text).not.toMatch(/^bash: /m)
  if (output !== null && !isPrinted(output, text)) expect(text, line).toBe(output)
  const written = output === null ? text : '(as the document shows)\n'
  return `$ ${line}\n${written}${code === 0 ? '' : `(exit code ${code})\n`}`
}

export interface Block {
  readonly language: string
  readonly text: string
}

/** Fenced blocks, also those that stand in a list. */
export function blocksOf(markdown: string): Block[] {
  return Array.from(
    markdown.matchAll(/^( *)```([\w-]*)\n([\s\S]*?)^\1```$/gm),
    ([, indent = '', language = '', text = '']) => ({
      language,
      text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  )
}

export function linesOf({ language, text }: Block): PrintedLine[] {
  if (language === 'console') {
    const parts = text.split(/^\$ /m).slice(1)
    return parts.map(part => {
      const [, line = '', output = ''] = /^((?:.*\\\n)*.*)\n([\s\S]*)$/.exec(part) ?? []
      return { line, output }
    })
  }
  // A crontab has five fields before the line.
  const body = language === 'crontab' ? text.replaceAll(/^(?:\S+\s+){5}/gm, '') : text
  const lines = body.match(/^(?!#|\s*$)(?:.*\\\n)*.*$/gm) ?? []
  return lines.map(line => ({ line, output: null }))
}

/** Whether the real output is what is printed. */
export function isPrinted(printed: string, real: string): boolean {
  const pattern = printed
    .split(/^…\n/m)
    .map(part => part.split('…').map(escaped).join('.*'))
    .join('(?:.*\\n)*?')
  return new RegExp(`^${pattern}$`).test(real)
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
