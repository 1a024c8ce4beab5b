// The schemas of docs/schema/, held against what the program prints. Here, not for users, an unknown property is a fault.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'

export const SCHEMA_FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'schema')

export function readSchema(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(SCHEMA_FOLDER, `${name}.schema.json`), 'utf8'))
}

/** Faults of `value`, one line each; an empty list where it is valid. */
export function faultsOf(name: string, value: unknown): string[] {
  const ajv = new Ajv2020({
    allErrors: true,
    allowUnionTypes: true,
    formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/ },
  })
  const check = ajv.compile(closed(readSchema(name)) as object)
  check(value)
  return (check.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}

function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const copy = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]))
  return 'properties' in copy && copy['type'] !== undefined ? { additionalProperties: false, ...copy } : copy
}
