// Aliases that lead out of the zone: its servers know the alias, and only resolvers know the key at its end.
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { rotatePlan } from './run-in-process.js'
import { Servers, zoneOf } from './servers.js'
import { NOW, Scene } from './zones.js'

let servers: Servers
let scene: Scene
beforeAll(async () => {
  servers = await Servers.start()
  scene = await Scene.make({ s1: 'ed25519', s2: 'ed25519' })
}, 60_000)
afterAll(async () => {
  await servers.close()
  rmSync(scene.folder, { recursive: true })
})

const alias = (selector: string, target: string) => `${selector}._domainkey 3600 IN CNAME ${target}.\n`
const key = (target: string, name: string) => `${target}. 3600 IN TXT "${scene.records[name]}"\n`

it('are followed to their end, and every server is asked for the alias', async () => {
  const names = ['--domain', 'example.com', '--selector', 's1', '--new-selector', 's2']
  const argv = [
    ...names,
    '--key',
    scene.path('s2.pem'),
    '--flip',
    '--state',
    scene.path('plan.json'),
    '--format',
    'json',
  ]
  const before = alias('s1', 'a.ops.example.net') + alias('s2', 'b.ops.example.net')
  const ends = key('a.ops.example.net', 's1') + key('b.ops.example.net', 's1')
  servers.primary = zoneOf({}, 3600, before)
  servers.secondary = zoneOf({}, 3600, before)
  servers.beyond = zoneOf({}, 3600, before + ends)
  const planned = await rotatePlan(...argv, '--now', NOW, ...servers.arguments)
  expect([planned.code, planned.stderr]).toEqual([0, ''])
  const plan = JSON.parse(planned.stdout)
  expect(plan).toMatchObject({ kind: 'flip', stage: 'publish', old: { alias: 'a.ops.example.net', type: 'ed25519' } })

  const target = plan.phases[2].records[0].name
  const after = alias('s1', 'a.ops.example.net') + alias('s2', target)
  servers.primary = zoneOf({}, 3600, after)
  servers.beyond = zoneOf({}, 3600, after + key('a.ops.example.net', 's1') + key(target, 's2'))
  const check = async (now: string, ...more: string[]) => {
    const state = ['--state', scene.path('plan.json'), '--check', '--format', 'json']
    const { code, stdout } = await rotatePlan(...state, '--now', now, ...servers.arguments, ...more)
    return [code, JSON.parse(stdout).stage]
  }
  servers.secondary = zoneOf({}, 3600, after)
  expect(await check('2026-11-22T13:00:00Z')).toEqual([0, 'propagate'])
  expect(await check('2026-11-23T13:00:00Z')).toEqual([1, 'switch'])
  expect(await check('2026-11-23T14:00:00Z', '--confirm', 'switch')).toEqual([0, 'overlap'])
})

it('an alias that lags on one server is the old alias there', async () => {
  const state = ['--state', scene.path('plan.json'), '--check', '--format', 'json']
  const lagging = alias('s1', 'a.ops.example.net') + alias('s2', 'b.ops.example.net')
  servers.secondary = zoneOf({}, 3600, lagging)
  const { stdout, code } = await rotatePlan(...state, '--now', '2026-11-23T15:00:00Z', ...servers.arguments)
  expect([code, JSON.parse(stdout).stage]).toEqual([1, 'mail-failing'])
})
