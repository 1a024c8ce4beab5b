// Where the signed messages of a batch go: into the place of each, or below --out-dir under the name that each has.

import { existsSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, normalize, parse, relative, resolve, sep } from 'node:path'
import { DkimError } from '../../core/errors.js'
import { isDirectory, prepareBelow, prepareDirectory } from '../io/directory.js'
import { isUtf8Name } from '../io/file-name.js'
import type { MessageInput } from '../mail/input.js'

/** What the user named, and whether in a list. */
export interface Argument {
  readonly path: string
  readonly listed: boolean
}

export interface Target {
  readonly path: string
  /** Of a new file: whoever may not read the message may not read the signed one. */
  readonly mode: number
}

/** Of a message that came through a pipe. */
const PRIVATE = 0o600

export class Targets {
  /** Null in place. */
  readonly #directory: string | null
  /** Two messages never go to one file: the second is refused. */
  readonly #taken = new Set<string>()
  readonly #made = new Set<string>()
  #refusedBox: string | null = null

  constructor(directory: string | undefined) {
    this.#directory = directory ?? null
  }

  /** What is written to a folder while it is read would be read again. */
  refuseInside({ path }: Argument): void {
    if (this.#directory === null || !isDirectory(path)) return
    const [from, to] = [realpathSync(path), placeOf(resolve(this.#directory))]
    if (to !== from && !to.startsWith(from.endsWith(sep) ? from : from + sep)) return
    throw new DkimError('usage', `${this.#directory} is inside ${path}`, 'use another --out-dir')
  }

  /** True for the further messages of an mbox that was refused as a whole. */
  isRefused(input: MessageInput): boolean {
    return this.#directory === null && input.part !== undefined && fileOf(input) === this.#refusedBox
  }

  of(input: MessageInput, argument: Argument): Target {
    if (!isUtf8Name(input.name))
      throw new DkimError(
        'usage',
        `the name of ${input.name} is not UTF-8: nothing is written under such a name`,
        'rename it',
      )
    if (this.#directory === null && input.part !== undefined) this.#refusedBox = fileOf(input)
    const target = this.#directory === null ? inPlace(input) : this.#inDirectory(this.#directory, input, argument)
    // Through a link it is the same file, which would be signed twice.
    const place = this.#directory === null ? realpathSync.native(target.path) : target.path
    if (this.#taken.has(place)) {
      const message = `${target.path} is already the output of another message`
      const hint = this.#directory === null ? 'name each file once' : 'use another --out-dir, or other names'
      throw new DkimError('output-exists', message, hint)
    }
    this.#taken.add(place)
    return target
  }

  #inDirectory(directory: string, input: MessageInput, argument: Argument): Target {
    const file = fileOf(input)
    const below = dirname(nameOf(file, argument))
    this.#make(directory, below)
    const path = join(directory, below, ownName(input, basename(file)))
    const source = statSync(file, { throwIfNoEntry: false })
    const existing = statSync(path, { throwIfNoEntry: false })
    if (existing !== undefined && existing.dev === source?.dev && existing.ino === source.ino) {
      throw new DkimError('output-exists', `${path} is the input message`, 'use --in-place to replace it')
    }
    return { path, mode: source?.isFile() ? source.mode & 0o777 : PRIVATE }
  }

  #make(directory: string, below: string): void {
    if (this.#made.has(below)) return
    // A person may name a link: what is below it comes from names of messages.
    if (this.#made.size === 0) prepareDirectory(directory, '--out-dir', 0o775)
    prepareBelow(directory, below)
    this.#made.add(below)
  }
}

function inPlace({ name, part, path }: MessageInput): Target {
  if (typeof path === 'string') return { path: resolve(path), mode: PRIVATE }
  const hint = 'use --out-dir DIRECTORY: each message gets its own file'
  const what =
    part === undefined
      ? `${name} is a compressed file or a pipe`
      : `${name.slice(0, name.lastIndexOf('#'))} is an mbox file`
  throw new DkimError('usage', `${what} and cannot be signed in place`, hint)
}

/** The real path of what may not be there yet. */
function placeOf(path: string): string {
  return existsSync(path) || dirname(path) === path ? realpathSync(path) : join(placeOf(dirname(path)), basename(path))
}

/** The file that a message is in. */
function fileOf({ name, part }: MessageInput): string {
  return part === undefined ? name : name.slice(0, name.lastIndexOf('#'))
}

/** Below --out-dir: a file that was named goes by its own name, one of a folder by its path in it, one of a list by its whole path. */
function nameOf(file: string, { path, listed }: Argument): string {
  if (!listed) return file === path ? basename(file) : relative(path, file)
  const name = normalize(file)
  const below = name.slice(parse(name).root.length)
  if (!below.split(sep).includes('..')) return below
  throw new DkimError('usage', `${file} would be written outside --out-dir`, 'list paths without ".."')
}

/** A message of an mbox gets its number, and what was compressed is no longer. */
function ownName({ name, part, path }: MessageInput, file: string): string {
  if (part !== undefined) {
    const number = name.slice(name.lastIndexOf('#') + 1)
    return `${file.replace(/\.gz$/i, '').replace(/\.(?:mbox|mbx)$/i, '')}-${number}.eml`
  }
  return path === null ? file.replace(/\.gz$/i, '') : file
}
