// The Indexed Job of examples/cluster: its fields are those of the Job API (batch/v1), and its container's own command line makes shards that
// add up to the whole. What a cluster would do, start it once for each index, is done here.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { BIN, dkim } from '../support/cli.js'

const TEXT = readFileSync(join(import.meta.dirname, '..', '..', 'examples', 'cluster', 'kubernetes.yaml'), 'utf8')
const DOCUMENTS = parseAllDocuments(TEXT, { strict: true, uniqueKeys: true, version: '1.1' })

interface Job {
  readonly spec: {
    readonly completions: number
    readonly parallelism: number
    readonly template: { readonly spec: { readonly containers: readonly { readonly command: readonly string[] }[] } }
  }
}
const JOB = DOCUMENTS[0]!.toJS() as Job

const object = (properties: Record<string, unknown>, required = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})
const LABEL = { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$' }
const QUANTITY = { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?(m|Ki|Mi|Gi)?$' }
const COUNT = { type: 'integer', minimum: 1 }
const RESOURCES = object({ cpu: QUANTITY, memory: QUANTITY }, ['memory'])
const MOUNT = object(
  { name: LABEL, mountPath: { type: 'string', pattern: '^/[^:]+$' }, readOnly: { type: 'boolean' } },
  ['name', 'mountPath'],
)

/** The part of the Job API that the example uses: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/ */
const JOB_API = object({
  apiVersion: { const: 'batch/v1' },
  kind: { const: 'Job' },
  metadata: object({ name: LABEL }),
  spec: object({
    // JOB_COMPLETION_INDEX is set in this mode alone.
    completionMode: { const: 'Indexed' },
    completions: COUNT,
    parallelism: COUNT,
    // Needs completionMode Indexed and restartPolicy Never.
    backoffLimitPerIndex: { type: 'integer', minimum: 0 },
    template: object({
      spec: object({
        restartPolicy: { const: 'Never' },
        containers: {
          type: 'array',
          minItems: 1,
          items: object({
            name: LABEL,
            image: { type: 'string', minLength: 1 },
            command: { type: 'array', items: { type: 'string' }, minItems: 1 },
            resources: object({ requests: RESOURCES, limits: RESOURCES }),
            volumeMounts: { type: 'array', items: MOUNT },
          }),
        },
        volumes: {
          type: 'array',
          items: object({
            name: LABEL,
            persistentVolumeClaim: object({ claimName: LABEL, readOnly: { type: 'boolean' } }, ['claimName']),
          }),
        },
      }),
    }),
  }),
})

const SHARDS = 3
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dkim-kubernetes-'))
  for (const name of ['mail', 'results', 'bin']) mkdirSync(join(folder, name))
  for (let number = 0; number < 10; number += 1) {
    writeFileSync(join(folder, 'mail', `${number}.eml`), `From: a@example.com\r\nSubject: ${number}\r\n\r\nbody\r\n`)
  }
  const program = `#!/bin/sh\nexec ${process.execPath} ${BIN} "$@"\n`
  writeFileSync(join(folder, 'bin', 'dkim'), program, { mode: 0o755 })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The container of one index, with its volumes in `folder` and fewer shards. */
function runIndex(index: number, path = `${join(folder, 'bin')}:${process.env['PATH']}`): number | null {
  const [command, ...argv] = JOB.spec.template.spec.containers[0]!.command.map(word =>
    word
      .replaceAll(`/${JOB.spec.completions}`, `/${SHARDS}`)
      .replaceAll(/(?<=["\s])\/(mail|results)\b/g, `${folder}/$1`),
  )
  const env = { PATH: path, HOME: folder, JOB_COMPLETION_INDEX: String(index) }
  return spawnSync(command!, argv, { env, encoding: 'utf8' }).status
}

describe('examples/cluster/kubernetes.yaml', () => {
  it('is one Job with the fields that the API has', () => {
    expect(DOCUMENTS.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([])
    expect(DOCUMENTS).toHaveLength(1)
    const check = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(JOB_API)
    check(JOB)
    expect(check.errors ?? []).toEqual([])
    expect(JOB.spec.parallelism).toBeLessThanOrEqual(JOB.spec.completions)
  })

  it('names as many shards as there are completions, and mounts what it names', () => {
    const { command } = JOB.spec.template.spec.containers[0]!
    expect(command.join(' ').match(/--shard "\$shard\/(\d+)"/)?.[1]).toBe(String(JOB.spec.completions))
    const { containers, volumes } = JOB.spec.template.spec as unknown as Record<string, Record<string, unknown>[]>
    const mounts = containers![0]!['volumeMounts'] as { name: string }[]
    expect(mounts.map(({ name }) => name)).toEqual(volumes!.map(({ name }) => name))
  })

  it('each index leaves one whole shard, and all of them are the whole', async () => {
    for (let index = 0; index < SHARDS; index += 1) expect(runIndex(index)).toBe(0)
    const names = readdirSync(join(folder, 'results')).sort()
    expect(names).toEqual(['1.ndjson', '2.ndjson', '3.ndjson'])
    const merge = ['verify', '--merge', '--format', 'json', ...names.map(name => join(folder, 'results', name))]
    const { code, stdout } = await dkim(merge)
    expect(code).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({ messages: 10, shards: [1, 2, 3], duplicates: 0, problems: [] })
  })

  it('an index whose container fails leaves no shard and fails itself, so that it is started again', () => {
    rmSync(join(folder, 'results', '2.ndjson'))
    expect(runIndex(1, '/usr/bin:/bin')).toBe(127)
    expect(readdirSync(join(folder, 'results')).filter(name => name.endsWith('.ndjson'))).toHaveLength(SHARDS - 1)
    expect(runIndex(1)).toBe(0)
    expect(readdirSync(join(folder, 'results')).sort()).toEqual(['1.ndjson', '2.ndjson', '3.ndjson'])
  })
})
