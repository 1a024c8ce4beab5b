// Reads and writes the plain JSON of the state file field by field: every value is checked, and every fault names its place.

import { DkimError } from '../errors.js'
import type { Instant } from './calendar.js'
import { EARLIEST, LATEST } from './refusals.js'

/** `read` throws what is wrong with the value at `path`; `write` gives the JSON value back. */
export interface Schema<T> {
  readonly read: (value: unknown, path: string) => T
  readonly write: (value: T) => unknown
}

export function stateFault(path: string, expected: string): DkimError {
  return new DkimError(
    'state-invalid',
    `the plan's state file is damaged: ${path} is not ${expected}`,
    'restore the file from a backup, or use another file for --state',
  )
}

export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function text(pattern: RegExp, expected: string): Schema<string> {
  return {
    read: (value, path) => {
      if (typeof value !== 'string' || !pattern.test(value)) throw stateFault(path, expected)
      return value
    },
    write: value => value,
  }
}

export function oneOf<const T extends string>(...choices: readonly T[]): Schema<T> {
  return {
    read: (value, path) => {
      const choice = choices.find(candidate => candidate === value)
      if (choice === undefined) throw stateFault(path, `one of ${choices.join(', ')}`)
      return choice
    },
    write: value => value,
  }
}

export const flag: Schema<boolean> = {
  read: (value, path) => {
    if (typeof value !== 'boolean') throw stateFault(path, 'true or false')
    return value
  },
  write: value => value,
}

export function whole(maximum: number): Schema<number> {
  return {
    read: (value, path) => {
      if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > maximum) {
        throw stateFault(path, `a whole number from 0 to ${maximum}`)
      }
      return value as number
    },
    write: value => value,
  }
}

/** Seconds in the file, milliseconds in the program. */
export const duration: Schema<number> = {
  read: (value, path) => whole(3650 * 86_400).read(value, path) * 1000,
  write: value => Math.round(value / 1000),
}

/** ISO 8601 in UTC, exactly as it is written here. */
export const instant: Schema<Instant> = {
  read: (value, path) => {
    const time = typeof value === 'string' && value.length === 24 ? Date.parse(value) : Number.NaN
    if (!(time >= EARLIEST && time <= LATEST) || new Date(time).toISOString() !== value) {
      throw stateFault(path, 'a time such as 2026-01-31T12:00:00.000Z')
    }
    return time
  },
  write: value => new Date(value).toISOString(),
}

export function nullable<T>(inner: Schema<T>): Schema<T | null> {
  return {
    read: (value, path) => (value === null ? null : inner.read(value, path)),
    write: value => (value === null ? null : inner.write(value)),
  }
}

/** A field that earlier versions did not write. */
export function withDefault<T>(inner: Schema<T>, value: T): Schema<T> {
  return { read: (given, path) => (given === undefined ? value : inner.read(given, path)), write: inner.write }
}

export function list<T>(inner: Schema<T>, maximum = Number.POSITIVE_INFINITY): Schema<readonly T[]> {
  return {
    read: (value, path) => {
      if (!Array.isArray(value) || value.length > maximum) throw stateFault(path, `a list of at most ${maximum}`)
      return value.map((item, index) => inner.read(item, `${path}[${index}]`))
    },
    write: value => value.map(item => inner.write(item)),
  }
}

/** Every field is required; fields that are not known here are somebody else's and left alone. */
export function object<T extends object>(fields: { readonly [K in keyof T]-?: Schema<T[K]> }): Schema<T> {
  const names = Object.keys(fields) as (keyof T & string)[]
  return {
    read: (value, path) => {
      if (!isJsonObject(value)) throw stateFault(path, 'an object')
      return Object.fromEntries(
        names.map(name => [name, fields[name].read(ownValue(value, name), `${path}.${name}`)]),
      ) as unknown as T
    },
    write: value => Object.fromEntries(names.map(name => [name, fields[name].write(value[name])])),
  }
}

/** Never a property of Object.prototype. */
function ownValue(value: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined
}
