// Text in lines of at most so many columns, broken between words.

/** What CI systems take for a command where a line begins with it, white space before it or not. */
const COMMAND = /^(?:::|##)/

export function wrapWords(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > columns && !COMMAND.test(word)) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  lines.push(line)
  return lines
}
