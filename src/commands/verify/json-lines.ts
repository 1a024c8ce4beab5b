// ndjson as it comes: line by line with bounded memory, however long a line that is none.

/** A report is not longer than this. */
const MAX_LINE = 4 << 20
const LF = 0x0a

/** The lines of each piece of the stream; null stands for one that is too long. */
export async function* jsonLines(stream: AsyncIterable<Buffer>, limit = MAX_LINE): AsyncGenerator<(string | null)[]> {
  let held: Buffer[] = []
  let length = 0
  const take = (piece: Buffer): void => {
    length += piece.length
    if (length <= limit) held.push(piece)
    else held = []
  }
  const finish = (): string | null => {
    const line = length > limit ? null : Buffer.concat(held).toString()
    held = []
    length = 0
    return line
  }
  for await (const chunk of stream) {
    const lines: (string | null)[] = []
    let start = 0
    for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, start)) {
      take(chunk.subarray(start, at))
      lines.push(finish())
      start = at + 1
    }
    take(chunk.subarray(start))
    yield lines
  }
  if (length > 0) yield [finish()]
}

/** Undefined where it is no JSON. */
export function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
