// The code that the build made of the program's parts, for the Node.js that built it: read where it fits, never written by a run.
// V8 looks at its version, its flags and the length of the source, and at not one octet of the code: what is damaged would crash it. So a
// file has the code twice, and behind it all that it was made from. To compare takes less time than any checksum.

import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { sep } from 'node:path'

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

/** A code file is read at once, behind the source that it belongs to. */
export const CAPACITY = 1 << 20
/** V8 makes a copy of code that does not stand at such an address. */
const ALIGNMENT = 16

/** Where the code for this Node.js stands, in the folder of the parts. */
export const CODE_FOLDER = `code-${process.version}-${process.platform}-${process.arch}`

export const codeFile = (name: string): string => name.replace(/\.cjs$/, '.code')

/** Which build of that version this is: what code looks like depends on how V8 was built, too. */
export function nodeBuild(): string {
  const { v8_enable_pointer_compression, v8_enable_sandbox, v8_enable_webassembly, v8_enable_i18n_support } = process
    .config.variables as unknown as Record<string, unknown>
  const settings = [v8_enable_pointer_compression, v8_enable_sandbox, v8_enable_webassembly, v8_enable_i18n_support]
  return JSON.stringify([process.versions.v8, ...settings])
}

/** Null where the build made nothing for this Node.js. */
export function openCodeCache(folder: string): ReadCompiled | null {
  const codes = folder + sep + CODE_FOLDER
  if (!existsSync(codes)) return null
  const memory = Buffer.allocUnsafeSlow(CAPACITY)
  const build = nodeBuild()
  return name => {
    try {
      return read(memory, folder + sep + name, codes + sep + codeFile(name), build)
    } catch {
      // No such file, most of all.
      return undefined
    }
  }
}

/** A code file: the code, the code, which build of Node.js it is for, and the text, which is the source between HEAD and TAIL. */
function read(memory: Buffer, sourcePath: string, codePath: string, build: string): CompiledPart | undefined {
  const sourceEnd = readInto(memory, 0, sourcePath)
  const code = Math.ceil(sourceEnd / ALIGNMENT) * ALIGNMENT
  const end = code + readInto(memory, code, codePath)
  const copy = end - TAIL.length - sourceEnd
  const text = copy - HEAD.length
  const codeEnd = text - build.length
  const twin = (code + codeEnd) / 2
  const isWhole =
    twin > code &&
    Number.isInteger(twin) &&
    memory.compare(memory, 0, sourceEnd, copy, copy + sourceEnd) === 0 &&
    memory.compare(memory, code, twin, twin, codeEnd) === 0 &&
    memory.toString('latin1', codeEnd, copy) === build + HEAD &&
    memory.toString('latin1', copy + sourceEnd, end) === TAIL
  return isWhole ? { text: memory.toString('latin1', text, end), code: memory.subarray(code, twin) } : undefined
}

function readInto(memory: Buffer, start: number, path: string): number {
  const fd = openSync(path, 'r')
  try {
    return readSync(fd, memory, start, memory.length - start, null)
  } finally {
    closeSync(fd)
  }
}
