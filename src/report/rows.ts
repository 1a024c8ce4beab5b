// The layout that reports for people share: a label, its text, and long texts folded under themselves.

import { wrapWords } from './wrap.js'

const LABEL_WIDTH = 20
const WRAP = 100

export function row(label: string, text: string): string {
  return `  ${label.padEnd(LABEL_WIDTH)}${text}`.trimEnd()
}

/** Folded at blanks; a word that is longer than a line stays whole. */
export function wrapped(label: string, text: string): string[] {
  return wrapWords(text, WRAP - LABEL_WIDTH - 2).map((line, index) => row(index === 0 ? label : '', line))
}
