// Text inside XML and HTML: escaped once, here, and wrapped by an estimate of its width.

import { visible } from '../text/style.js'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For element content and quoted attributes. */
export function escapeMarkup(text: string): string {
  return visible(text).replace(/[&<>"']/g, character => ENTITIES[character]!)
}

/** Several lines stay several lines; everything else that is no plain text becomes visible. */
export function escapeLines(text: string): string {
  return text.split('\n').map(escapeMarkup).join('\n')
}

/** The widest share of the font size that the characters of a sans-serif font take, so that an estimate errs on the safe side. */
const WIDE = 0.92
const USUAL = 0.62
const NARROW = 0.36

/** Pixels that a text needs at a font size, rather too many than too few. */
export function textWidth(text: string, size: number): number {
  let ems = 0
  for (const character of text) {
    if (/[ .,:;'|!il()[\]]/.test(character)) ems += NARROW
    else ems += /[A-Zmw@%→–…]|[^ -~]/.test(character) ? WIDE : USUAL
  }
  return ems * size
}

/** Lines that fit; broken between words, and inside a word only where it alone is too long. */
export function wrapText(text: string, size: number, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap(part => breakWord(part, size, width))) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && textWidth(longer, size) > width) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}

function breakWord(word: string, size: number, width: number): string[] {
  const pieces: string[] = []
  let piece = ''
  for (const character of word) {
    if (piece !== '' && textWidth(piece + character, size) > width) {
      pieces.push(piece)
      piece = ''
    }
    piece += character
  }
  return [...pieces, piece]
}
