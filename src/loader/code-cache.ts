// The code that the build made of the program's parts, for the Node.js that built it: read where it fits, never written by a run.
// V8 looks at its version, its flags and the length of the source, and at not one octet of the code: what is damaged would crash it. So a
// file has the code twice, behind all that it was made from. To compare takes less time than any checksum.

import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'

export interface CompiledPart {
  readonly text: string
  /** Valid until the next part is read. */
  readonly code: Buffer
}

/** Undefined where the build made nothing of a part, and where what it made is damaged or was made from something else. */
export type ReadCompiled = (name: string) => CompiledPart | undefined

/** What is compiled of a part: the function that it is the body of. */
export const HEAD = '(function (exports, require, module, __filename, __dirname) {'
export const TAIL = '\n})'

/** Code files are read at once, beside their source. */
export const CAPACITY = 1 << 20
/** V8 makes a copy of code that does not stand at such an address. */
const ALIGNMENT = 16

/** Where the code for this Node.js stands, in the folder of the parts. */
export const CODE_FOLDER = `code-${process.version}-${process.platform}-${process.arch}`

export const codeFile = (name: string): string => name.replace(/\.cjs$/, '.code')

/** Which build of that version this is. */
export function nodeBuild(): string {
  const settings = Object.entries(process.config.variables).filter(([name]) => name.startsWith('v8_'))
  return JSON.stringify([process.versions, settings])
}

/** The octets that a part's text and its Node.js take in a file, filled up with zeros. */
export const aligned = (octets: number): number => Math.ceil(octets / ALIGNMENT) * ALIGNMENT

/** Null where the build made nothing for this Node.js. */
export function openCodeCache(folder: string): ReadCompiled | null {
  const codes = join(folder, CODE_FOLDER)
  if (!existsSync(codes)) return null
  const memory = Buffer.allocUnsafeSlow(CAPACITY)
  memory.write(HEAD, 'latin1')
  const behind = TAIL + nodeBuild()
  return name => {
    try {
      return read(memory, join(folder, name), join(codes, codeFile(name)), behind)
    } catch {
      // No such file, most of all.
      return undefined
    }
  }
}

/** Side by side in the memory: what there is to compile, and the file that says what it was made from, with the code, twice. */
function read(memory: Buffer, sourcePath: string, codePath: string, behind: string): CompiledPart | undefined {
  const sourceEnd = HEAD.length + readInto(memory, HEAD.length, sourcePath)
  const written = sourceEnd + memory.write(behind, sourceEnd, 'latin1')
  const made = aligned(written)
  memory.fill(0, written, made)
  const end = made + readInto(memory, made, codePath)
  const code = 2 * made
  const twin = (code + end) / 2
  if (twin <= code || !Number.isInteger(twin)) return undefined
  const isWhole =
    memory.compare(memory, 0, made, made, code) === 0 && memory.compare(memory, code, twin, twin, end) === 0
  if (!isWhole) return undefined
  return { text: memory.toString('latin1', 0, sourceEnd + TAIL.length), code: memory.subarray(code, twin) }
}

function readInto(memory: Buffer, start: number, path: string): number {
  const fd = openSync(path, 'r')
  try {
    return readSync(fd, memory, start, memory.length - start, null)
  } finally {
    closeSync(fd)
  }
}
