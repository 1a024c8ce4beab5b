// The layout that reports for people share: a label, its text, and long texts folded under themselves.

import type { Style } from './style.js'
import { wrapWords } from './wrap.js'

const LABEL_WIDTH = 20
/** Below it, texts that are too long for their line stand under their label, not beside it. */
const NARROW = 60

export function row(label: string, text: string): string {
  return `  ${label.padEnd(LABEL_WIDTH)}${text}`.trimEnd()
}

/** Folded at blanks; a word that is longer than a line stays whole. */
export function wrapped(label: string, text: string, { columns }: Pick<Style, 'columns'>): string[] {
  const alone = row(label, text)
  if (alone.length <= columns) return [alone]
  if (columns >= NARROW) {
    return wrapWords(text, columns - LABEL_WIDTH - 2).map((line, index) => row(index === 0 ? label : '', line))
  }
  const indent = ' '.repeat(label.length - label.trimStart().length + 6)
  return [row(label, ''), ...wrapWords(text, columns - indent.length).map(line => `${indent}${line}`)]
}

/** A mark, then text that is folded under itself; `width` is that of the mark without its colour. */
export function marked(mark: string, width: number, text: string, { columns }: Pick<Style, 'columns'>): string[] {
  return wrapWords(text, columns - width).map((line, index) => `${index === 0 ? mark : ' '.repeat(width)}${line}`)
}
