import { generateKeyPairSync } from 'node:crypto'
import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PLAN_FORMATS } from '../../../src/commands/rotate-plan/formats.js'
import { STAGES } from '../../../src/core/rotation/stage.js'
import { faultsOf, readSchema } from '../../support/schema.js'
import { rotatePlan } from './run-in-process.js'
import { NOW, REVOKED, Scene } from './zones.js'

let scene: Scene
const names = ['--domain', 'example.com', '--selector', 's1', '--new-selector', 's2']
const at = (time: string) => ['--now', time]
const json = ['--format', 'json']

beforeAll(async () => {
  scene = await Scene.make({ s1: 'rsa', s2: 'rsa', small: 1024, ed: 'ed25519' })
}, 120_000)
afterAll(() => rmSync(scene.folder, { recursive: true }))

const oldOnly = () => scene.zone('before.json', { s1: 's1' })
const both = () => scene.zone('both.json', { s1: 's1', s2: 's2' })
const key = () => ['--key', scene.path('s2.pem')]
const codes = (plan: { warnings: { code: string }[] }) => plan.warnings.map(({ code }) => code)

async function planned(...argv: string[]) {
  const { code, stdout, stderr } = await rotatePlan(...argv, ...json)
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout)
}

async function refused(...argv: string[]) {
  const { code, stdout, stderr } = await rotatePlan(...argv)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^dkim: error: /)
  return stderr
}

describe('a plan', () => {
  it('has the shape that others rely on', async () => {
    const plan = await planned(...names, ...key(), ...oldOnly(), ...at(NOW))
    expect(Object.keys(plan)).toEqual(
      expect.arrayContaining([
        'schema',
        'domain',
        'now',
        'stage',
        'old',
        'new',
        'inputs',
        'phases',
        'nextAction',
        'warnings',
      ]),
    )
    expect(plan).toMatchObject({ schema: 'dkim.rotation-plan/1', domain: 'example.com', now: NOW, stage: 'publish' })
    for (const phase of plan.phases) {
      expect(Object.keys(phase)).toEqual(
        expect.arrayContaining(['id', 'notBefore', 'dueBy', 'status', 'evidence', 'commands', 'records', 'rollback']),
      )
      expect(['done', 'current', 'waiting', 'blocked', 'late']).toContain(phase.status)
    }
    const date = (id: string) => plan.phases.find((phase: { id: string }) => phase.id === id).notBefore
    expect([date('switch'), date('revoke'), date('remove'), date('next')]).toEqual([
      '2026-11-23T12:00:00Z',
      '2026-12-07T12:00:00Z',
      '2027-01-06T12:00:00Z',
      '2027-05-23T12:00:00Z',
    ])
  })

  it.each(Object.keys(PLAN_FORMATS))('is the same twice, in %s', async format => {
    const argv = [...names, ...key(), ...oldOnly(), ...at(NOW), '--format', format]
    const [one, two] = [await rotatePlan(...argv), await rotatePlan(...argv)]
    expect(one.code).toBe(0)
    expect(one.stdout.length).toBeGreaterThan(100)
    expect(two).toEqual(one)
  })

  it('is the same twice with a state file, which is the same as well', async () => {
    const state = scene.path('twice.json')
    const begin = [...oldOnly(), ...at(NOW), '--state', state, ...json]
    const one = await rotatePlan(...names, ...key(), ...begin)
    const bytes = readFileSync(state, 'utf8')
    expect(await rotatePlan(...begin)).toEqual(one)
    expect(await rotatePlan(...names, ...begin)).toEqual(one)
    expect(readFileSync(state, 'utf8')).toBe(bytes)
    expect(bytes).not.toContain('PRIVATE')
  })

  it('fits its schema, whatever its kind', async () => {
    const schema = readSchema('rotation-plan-1') as { $defs: { plan: { properties: { stage: { enum: string[] } } } } }
    expect(schema.$defs.plan.properties.stage.enum.sort()).toEqual(Object.keys(STAGES).sort())
    const beside = ['--beside', '--new-selector', 'ed', '--key', scene.path('ed.pem')]
    const kinds = [
      [...names, ...key(), '--emergency', '--signer', 'opendkim'],
      ['--domain', 'example.com', '--selector', 's1', ...beside],
      [...names, '--disclose', '--yes-publish-private-key', '--business-days', '--check'],
    ]
    for (const argv of kinds) {
      const { stdout } = await rotatePlan(...argv, ...oldOnly(), ...at(NOW), ...json)
      expect(faultsOf('rotation-plan-1', JSON.parse(stdout))).toEqual([])
    }
    const lines = await rotatePlan(...names, ...oldOnly(), ...at(NOW), '--format', 'ndjson')
    expect(lines.stdout.split('\n')).toHaveLength(2)
    expect(faultsOf('rotation-plan-1', JSON.parse(lines.stdout))).toEqual([])
  })

  it('names a selector that is free', async () => {
    const zone = scene.zone('dates.json', { s1: 's1', '202611': 'small', '202611b': REVOKED })
    const plan = await planned('--domain', 'example.com', '--selector', 's1', ...zone, ...at(NOW))
    expect(plan.new).toMatchObject({ selector: '202611c', type: 'rsa', bits: 2048, fingerprint: null })
    expect(codes(plan)).toContain('key-unknown')
    const quarter = await planned(
      '--domain',
      'example.com',
      '--selector',
      's1',
      '--scheme',
      'quarter',
      ...zone,
      ...at(NOW),
    )
    expect(quarter.new.selector).toBe('2026q4')
  })

  it('can be made without DNS, and says what that means', async () => {
    const plan = await planned(...names, ...key(), '--offline', ...at(NOW))
    expect(codes(plan)).toContain('not-observed')
    expect(plan.inputs.negativeTtl.observed).toBeNull()
  })

  it('goes to a file', async () => {
    const file = scene.path('plan.svg')
    const { code, stdout } = await rotatePlan(
      ...names,
      ...key(),
      ...oldOnly(),
      ...at(NOW),
      '--format',
      'svg',
      '-o',
      file,
    )
    expect([code, stdout]).toEqual([0, ''])
    expect(readFileSync(file, 'utf8')).toMatch(/^<\?xml/)
  })

  it('never goes to a file that the command reads', async () => {
    const copy = scene.path('copy.pem')
    const [option = '', file = ''] = key()
    copyFileSync(file, copy)
    const state = scene.path('read.json')
    const dns = scene.zone('read-zone.json', { s1: 's1' })
    const zone = scene.path('read-zone.json')
    const records = readFileSync(zone)
    const plan = [...names, option, copy, '--offline', ...at(NOW), '--state', state]
    expect((await rotatePlan(...plan)).code).toBe(0)
    for (const input of [copy, state]) {
      const before = readFileSync(input)
      expect(await refused('--state', state, '--offline', '--key', copy, ...at(NOW), '-o', input)).toContain('reads')
      expect(readFileSync(input).equals(before)).toBe(true)
    }
    expect(await refused(...names, ...key(), ...dns, ...at(NOW), '-o', zone)).toContain('reads')
    expect(readFileSync(zone).equals(records)).toBe(true)
  })

  it('writes records for the DNS host and the configuration of the mail server', async () => {
    const argv = [...names, ...key(), ...oldOnly(), ...at(NOW), '--dialect', 'route53', '--signer', 'rspamd']
    const { stdout } = await rotatePlan(...argv)
    expect(stdout).toContain('"ResourceRecordSet"')
    expect(stdout).toContain('dkim_signing.conf')
  })
})

describe('what is refused', () => {
  it('a new selector that exists', async () => {
    const zone = scene.zone('taken.json', { s1: 's1', s2: 'small' })
    expect(await refused(...names, ...key(), ...zone, ...at(NOW))).toContain('exists already')
  })

  it('a new selector that exists without TXT, or as an alias', async () => {
    const zone = scene.file(
      'alias.zone',
      `s1._domainkey.example.com. 300 IN TXT "${REVOKED}"\ns2._domainkey.example.com. 300 IN CNAME nowhere.example.net.\n`,
    )
    expect(await refused(...names, '--dns-file', zone, ...at(NOW))).toContain('--flip')
    const other = scene.file(
      'a.zone',
      `s1._domainkey.example.com. 300 IN TXT "${REVOKED}"\ns2._domainkey.example.com. 300 IN A 192.0.2.1\n`,
    )
    expect(await refused(...names, '--dns-file', other, ...at(NOW))).toContain('exists already')
  })

  it('a wildcard', async () => {
    const zone = scene.file(
      'wild.zone',
      `s1._domainkey.example.com. 300 IN TXT "${REVOKED}"\n*._domainkey.example.com. 300 IN TXT "v=spf1 -all"\n`,
    )
    expect(await refused(...names, '--dns-file', zone, ...at(NOW))).toContain('wildcard')
  })

  it('the same selector, and the same key under another name', async () => {
    await refused('--domain', 'example.com', '--selector', 's1', '--new-selector', 'S1', ...oldOnly(), ...at(NOW))
    await refused(...names, '--key', scene.path('s1.pem'), ...oldOnly(), ...at(NOW))
  })

  it('dates in the past, and a clock that went backwards', async () => {
    await refused(...names, ...key(), ...oldOnly(), ...at(NOW), '--start', '2026-11-22T11:59:59Z')
    const state = ['--state', scene.path('clock.json')]
    await rotatePlan(...names, ...key(), ...oldOnly(), ...at(NOW), ...state)
    expect(await refused(...state, ...oldOnly(), ...at('2026-11-22T11:59:59Z'))).toContain('backwards')
  })

  it('to publish a private key without being told so twice', async () => {
    const argv = [...names, ...key(), ...oldOnly(), ...at(NOW), '--disclose']
    expect(await refused(...argv)).toContain('--yes-publish-private-key')
    const plan = await planned(...argv, '--yes-publish-private-key')
    expect(plan.phases.map(({ id }: { id: string }) => id)).toContain('disclose')
    expect(plan.phases.find(({ id }: { id: string }) => id === 'disclose').commands[0]).toMatch(
      /dkim\/([0-9a-f]{2})\/\1[0-9a-f]{30}\.pem$/,
    )
    await refused(...argv, '--yes-publish-private-key', '--emergency')
  })

  it.each([
    [['--check']],
    [['--sample', 'x.eml', '--domain', 'example.com', '--selector', 's1']],
    [['--check', '--confirm', 'switch', ...names]],
    [['--check', '--confirm', 'everything', '--state', 'x']],
    [['--domain', 'example.com', '--selector', 's 1']],
    [['--domain', 'nodots', '--selector', 's1']],
    [['--domain', 'example.com', '--selector', 's1', '--scheme', 'date', '--new-selector', 's2', '--offline']],
    [['--domain', 'example.com', '--selector', 's1', '--scheme', 'fortnight', '--offline']],
    [[...names, '--emergency', '--beside', '--offline']],
    [[...names, '--time-zone', 'Mars/Olympus', '--offline']],
    [[...names, '--holidays', 'easter', '--offline']],
    [[...names, '--authoritative', 'ns1.example.com', '--offline']],
    [[...names, '--server-port', '65536', '--offline']],
    [[...names, '--server-port', '0', '--offline']],
    [[...names, '--bits', '1016', '--offline']],
    [[...names, '--bits', '2049', '--offline']],
    [[...names, '--ttl', '2147483648', '--offline']],
    [[...names, '--timeout', '0']],
    [[...names, '--holidays', '2026-02-31', '--offline']],
    [['--domain', 'example.com', '--selector', 's1._domainkey.example.com', '--offline']],
    [['--domain', 's1._domainkey.example.com', '--selector', 's1', '--offline']],
    [['--domain', 'example.com', '--offline']],
    [['--selector', 's1', '--offline']],
    [['--domains', '/dev/zero', '--offline']],
    [['--domains', '.', '--offline']],
    [['--state', 'nowhere.json', '--offline']],
    [['--state', 'nowhere.json', '--check', '--offline']],
    [[...names, '--domain', 'example.org', '--domain', 'example.net', '--selector', 'x', '--offline']],
  ])('%j', async argv => {
    await refused(...argv, ...at(NOW))
  })

  it('a state file that is not there, by its name', async () => {
    expect(await refused('--state', scene.path('nowhere.json'), '--check', ...at(NOW))).toContain('nowhere.json')
  })

  it('an output that cannot be written, and then nothing is remembered', async () => {
    const state = scene.path('not-given-out.json')
    await refused(...names, ...oldOnly(), ...at(NOW), '--state', state, '-o', scene.path('no/such/folder.txt'))
    expect(existsSync(state)).toBe(false)
    await refused(...names, ...oldOnly(), ...at(NOW), '--state', state, '--assert', 'nonsense')
    expect(existsSync(state)).toBe(false)
    const output = scene.path('not-remembered.txt')
    await refused(...names, ...oldOnly(), ...at(NOW), '--state', scene.path('no/such/folder.json'), '-o', output)
    expect(existsSync(output)).toBe(false)
  })

  it('a state file that is damaged, and one of another plan', async () => {
    await refused('--state', scene.file('broken.json', '{"schema": "dkim.rotation-state/1", "plans": 5}'), ...at(NOW))
    const state = ['--state', scene.path('other.json')]
    await rotatePlan(...names, ...key(), ...oldOnly(), ...at(NOW), ...state)
    await refused(...state, '--check', '--domain', 'example.org', '--selector', 's1', ...oldOnly(), ...at(NOW))
    await refused(...state, '--new-selector', 's3', ...oldOnly(), ...at(NOW))
    await refused(...state, '--key', scene.path('small.pem'), ...oldOnly(), ...at(NOW))
  })
})

describe('exit codes', () => {
  it('3 where there is nothing to rotate', async () => {
    const { code, stderr } = await rotatePlan(...names, ...scene.zone('empty.json', {}), ...at(NOW))
    expect(code).toBe(3)
    expect(stderr).toContain('no record')
  })

  it('3 where there is nothing to rotate for one of several, which are planned all the same', async () => {
    const several = ['--domain', 'example.com', '--domain', 'example.net', '--selector', 's1']
    const { code, stdout, stderr } = await rotatePlan(...several, ...oldOnly(), ...at(NOW), ...json)
    expect([code, JSON.parse(stdout).domain]).toEqual([3, 'example.com'])
    expect(stderr).toContain('s1._domainkey.example.net')
  })

  it('75 where another run has written the state file in the meantime, which loses nothing', async () => {
    const zone = scene.zone('at-once.json', { s1: 's1', 's1._domainkey.example.net': 'small' })
    const file = scene.path('at-once-state.json')
    const plan = (domain: string) =>
      rotatePlan('--domain', domain, '--selector', 's1', ...zone, ...at(NOW), '--state', file)
    const outcomes = await Promise.all([plan('example.com'), plan('example.net')])
    expect(outcomes.map(({ code }) => code).sort()).toEqual([0, 75])
    const loser = outcomes.find(({ code }) => code === 75)!
    expect(loser).toMatchObject({ stdout: '' })
    expect(loser.stderr).toContain('at-once-state.json')
    expect((await plan(outcomes[0]!.code === 75 ? 'example.com' : 'example.net')).code).toBe(0)
    const { plans } = JSON.parse(readFileSync(file, 'utf8'))
    expect(plans.map((plan: { request: { domain: string } }) => plan.request.domain).sort()).toEqual([
      'example.com',
      'example.net',
    ])
  })

  it('with --quiet nothing is said beside errors', async () => {
    const unsigned = scene.file('quiet.eml', 'From: a@example.com\r\n\r\nhi\r\n')
    const state = ['--state', scene.path('quiet.json')]
    await rotatePlan(...names, ...oldOnly(), ...at(NOW), ...state)
    const argv = [...state, ...oldOnly(), ...at(NOW), '--sample', unsigned, '--overlap', '20d']
    expect((await rotatePlan(...argv)).stderr.split('\n')).toHaveLength(3)
    expect(await rotatePlan(...argv, '-q')).toEqual({ code: 1, stdout: '', stderr: '' })
  })

  it('75 where DNS cannot be read, when planning and when checking', async () => {
    const broken = scene.zone('broken-dns.json', { s1: { error: 'SERVFAIL' } })
    expect((await rotatePlan(...names, ...broken, ...at(NOW))).code).toBe(75)
    const state = ['--state', scene.path('temporary.json')]
    await rotatePlan(...names, ...key(), ...oldOnly(), ...at(NOW), ...state)
    const { code, stdout } = await rotatePlan(...state, '--check', ...broken, ...at('2026-12-30T00:00:00Z'), ...json)
    expect([code, JSON.parse(stdout).stage, JSON.parse(stdout).verdict]).toEqual([75, 'publish', 'temporary'])
  })

  it('0, 1 and --assert along a rotation', async () => {
    const state = ['--state', scene.path('along.json')]
    await rotatePlan(...names, ...key(), ...oldOnly(), ...at(NOW), ...state)
    const run = async (time: string, zone: string[], ...more: string[]) =>
      (await rotatePlan(...state, '--check', '-q', ...zone, ...at(time), ...more)).code
    expect(await run('2026-11-22T13:00:00Z', oldOnly())).toBe(1)
    expect(await run('2026-11-22T14:00:00Z', both())).toBe(0)
    expect(await run('2026-11-23T13:59:00Z', both(), '--assert', 'switch')).toBe(1)
    expect(await run('2026-11-23T14:00:00Z', both(), '--assert', 'switch')).toBe(0)
    expect(await run('2026-11-23T15:00:00Z', both())).toBe(1)
    // Evidence asks to be evaluated: --check need not be said.
    const confirmed = [...state, '-q', ...both(), ...at('2026-11-23T16:00:00Z'), '--confirm', 'switch']
    expect((await rotatePlan(...confirmed)).code).toBe(0)
    expect(await run('2026-12-07T15:59:00Z', both(), '--assert', 'revoke')).toBe(1)
    // Nothing was seen of the new key since the switch: the plan asks, and a person can answer.
    expect(await run('2026-12-07T16:00:00Z', both(), '--assert', 'revoke')).toBe(1)
    expect(await run('2026-12-07T16:00:00Z', both(), '--confirm', 'verify', '--assert', 'revoke')).toBe(0)
    expect(await run('2026-12-07T17:00:00Z', scene.zone('gone.json', { s1: 's1' }))).toBe(1)
    expect(await run('2026-12-07T18:00:00Z', both(), '--assert', 'dance')).toBe(2)
    expect(statSync(scene.path('along.json')).isFile()).toBe(true)
  })
})

describe('kinds of plans', () => {
  it('an emergency has no waits, and says what breaks', async () => {
    const plan = await planned(...names, ...key(), '--emergency', ...oldOnly(), ...at(NOW))
    expect(plan.kind).toBe('emergency')
    expect([plan.inputs.propagation.seconds, plan.inputs.overlap.seconds]).toEqual([0, 0])
    expect(codes(plan)).toEqual(expect.arrayContaining(['short-overlap', 'exposure', 'same-host', 'read-reports']))
    expect(plan.phases.map(({ id }: { id: string }) => id)).not.toContain('disclose')
  })

  it('1024 to 2048 bits warns of the longer record', async () => {
    const plan = await planned(...names, ...key(), ...scene.zone('small.json', { s1: 'small' }), ...at(NOW))
    expect(plan.old.bits).toBe(1024)
    expect(codes(plan)).toContain('larger-key')
  })

  it('Ed25519 stands beside RSA and does not replace it', async () => {
    const argv = [
      '--domain',
      'example.com',
      '--selector',
      's1',
      '--new-selector',
      'ed',
      '--key',
      scene.path('ed.pem'),
      ...oldOnly(),
      ...at(NOW),
    ]
    await refused(...argv)
    const plan = await planned(...argv, '--beside')
    expect(plan.kind).toBe('add')
    expect(plan.phases.map(({ id }: { id: string }) => id)).toEqual([
      'inventory',
      'generate',
      'publish',
      'propagate',
      'verify',
      'switch',
      'next',
    ])
    expect(plan.phases.find(({ id }: { id: string }) => id === 'switch').signerSelectors).toEqual(['s1', 'ed'])
  })

  it('a provider rotates its own keys', async () => {
    const zone = scene.file(
      'provider.zone',
      `k2._domainkey.example.com. 3600 IN CNAME dkim2.mcsv.net.\ndkim2.mcsv.net. 300 IN TXT "${scene.records['small']}"\n`,
    )
    const plan = await planned('--domain', 'example.com', '--selector', 'k2', '--dns-file', zone, ...at(NOW))
    expect(plan).toMatchObject({ kind: 'provider', stage: 'provider', nextAction: null })
    expect(plan.provider).toContain('Mailchimp')
    const { code } = await rotatePlan(
      '--domain',
      'example.com',
      '--selector',
      'k2',
      '--dns-file',
      zone,
      '--state',
      scene.path('provider.json'),
      ...at(NOW),
    )
    expect(code).toBe(0)
    expect(
      (await rotatePlan('--state', scene.path('provider.json'), '--check', '--dns-file', zone, ...at(NOW))).code,
    ).toBe(0)
  })

  it('a pair of aliases changes roles, with targets that never repeat', async () => {
    const zone = (fresh: string, target: string) =>
      scene.file(
        'flip.zone',
        [
          'example.com. 3600 IN SOA ns1.example.com. h.example.com. 1 7200 900 1209600 900',
          's1._domainkey.example.com. 3600 IN CNAME s1.dkim.ops.example.net.',
          `s1.dkim.ops.example.net. 3600 IN TXT "${scene.records['small']}"`,
          `s2._domainkey.example.com. 172800 IN CNAME ${target}.`,
          `${target}. 3600 IN TXT ${scene.records[fresh]!.match(/.{1,255}/g)!
            .map(part => `"${part}"`)
            .join(' ')}`,
          '',
        ].join('\n'),
      )
    const state = ['--state', scene.path('flip.json')]
    const first = ['--dns-file', zone('s1', 's2-20250101.dkim.ops.example.net')]
    const plan = await planned(...names, ...key(), '--flip', ...first, ...at(NOW), ...state)
    expect(plan).toMatchObject({ kind: 'flip', stage: 'publish' })
    // The alias of before may be remembered for its TTL.
    expect(plan.inputs.propagation.seconds).toBe(172_800 + 3600)
    const publish = plan.phases.find(({ id }: { id: string }) => id === 'publish')
    expect(publish.records).toMatchObject([
      { action: 'publish', name: 's2-20261122.dkim.ops.example.net', type: 'TXT' },
      {
        action: 'replace',
        name: 's2._domainkey.example.com',
        type: 'CNAME',
        value: 's2-20261122.dkim.ops.example.net',
      },
    ])
    const after = ['--dns-file', zone('s2', 's2-20261122.dkim.ops.example.net')]
    const check = await rotatePlan(...state, '--check', ...after, ...at('2026-11-22T13:00:00Z'), ...json)
    expect([check.code, JSON.parse(check.stdout).stage]).toEqual([0, 'propagate'])
  })

  it('a selector that is an alias to somebody unknown is said to be one', async () => {
    const zone = scene.file(
      'unknown.zone',
      `s1._domainkey.example.com. 300 IN CNAME k.example.net.\nk.example.net. 300 IN TXT "${scene.records['small']}"\n`,
    )
    expect(codes(await planned(...names, ...key(), '--dns-file', zone, ...at(NOW)))).toContain('unknown-alias')
  })
})

describe('several rotations', () => {
  it('from a file, each with a state of its own in one file', async () => {
    const zone = scene.zone('several.json', { s1: 's1', 'mail._domainkey.example.org': 'small' })
    const list = scene.file('domains.txt', '# ours\nexample.com s1 s2\n\nexample.org, mail  # the shop\n')
    const state = ['--state', scene.path('several-state.json')]
    const { code, stdout } = await rotatePlan('--domains', list, ...zone, ...at(NOW), ...state, ...json)
    expect(code).toBe(0)
    expect(
      JSON.parse(stdout).map(({ domain, new: { selector } }: { domain: string; new: { selector: string } }) => [
        domain,
        selector,
      ]),
    ).toEqual([
      ['example.com', 's2'],
      ['example.org', '202611'],
    ])
    // One of them alone: the other one stays as it is.
    await rotatePlan(
      ...state,
      '--check',
      '--domain',
      'example.org',
      '--confirm',
      'switch',
      ...zone,
      ...at('2026-11-23T12:00:00Z'),
    )
    const { plans } = JSON.parse(readFileSync(scene.path('several-state.json'), 'utf8'))
    expect(
      plans.map((plan: { progress: { signers: { confirmedAt: string | null } } }) => plan.progress.signers.confirmedAt),
    ).toEqual([null, '2026-11-23T12:00:00.000Z'])
  })

  it('the next one in the same file knows the names of the earlier ones', async () => {
    const state = ['--state', scene.path('next.json')]
    const begin = ['--domain', 'example.com', '--selector', 's1', '--scheme', 'date']
    await rotatePlan(...begin, ...oldOnly(), ...at(NOW), ...state)
    const zone = scene.zone('next-zone.json', { '202611': 's2' })
    const next = ['--domain', 'example.com', '--selector', '202611', '--scheme', 'date']
    const { code, stdout } = await rotatePlan(...next, ...zone, ...at('2026-11-30T12:00:00Z'), ...state, ...json)
    expect([code, JSON.parse(stdout).new.selector]).toEqual([0, '202611b'])
  })

  it.each(['example.com', 'example.com s1 s2 s3', 'example.com s1\nexample.com S1', 'exa_mple s1', ''])(
    'refuses the list %j',
    async text => {
      await refused('--domains', scene.file('bad.txt', text), '--offline', ...at(NOW))
    },
  )
})

describe('without a state file', () => {
  const check = async (zone: string[], ...more: string[]) => {
    const { code, stdout, stderr } = await rotatePlan(...names, '--check', ...zone, ...at(NOW), ...more, ...json)
    return { code, stderr, ...JSON.parse(stdout) }
  }

  it('the stage is found from DNS and the samples', async () => {
    const unsigned = scene.file('unsigned.eml', 'From: a@example.com\r\n\r\nhi\r\n')
    expect(await check(oldOnly())).toMatchObject({ code: 1, stage: 'publish' })
    expect(await check(both())).toMatchObject({ code: 1, stage: 'switch' })
    const unknown = await check(both(), ...key())
    expect(unknown).toMatchObject({ code: 1, stage: 'switch' })
    // Nothing tells how long the record has been there: the wait is left to the person, and said.
    expect(unknown.nextAction.text).toContain('once the new record has been published for 1 d')
    expect(codes(unknown)).toContain('since-unknown')
    expect(await check(scene.zone('finished.json', { s2: 's2' }))).toMatchObject({ code: 1, stage: 'finished' })
    expect(await check(scene.zone('none.json', {}))).toMatchObject({ code: 1, stage: 'mail-failing' })
    expect(await check(both(), '--key', scene.path('small.pem'))).toMatchObject({ code: 1, stage: 'wrong-key' })
    const { stderr } = await check(both(), '--sample', unsigned)
    expect(stderr).toContain('has no signature with a selector of this plan: ignored')
  })

  it('--start says since when the record is there', async () => {
    const early = await check(both(), '--start', '2026-11-22T00:00:00Z')
    expect(early).toMatchObject({ code: 0, stage: 'propagate' })
    const late = await check(both(), '--start', '2026-11-01', ...key())
    expect(late).toMatchObject({ code: 1, stage: 'switch', nextAction: { text: 'switch the signers now' } })
  })
})

describe('working days', () => {
  it.each([
    ['Europe/Berlin', '2026-03-26T12:00:00Z', '2026-03-30T07:00:00Z'],
    ['America/New_York', '2026-03-05T20:00:00Z', '2026-03-09T13:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-02T00:00:00Z', '2026-04-05T22:30:00Z'],
    ['Europe/Berlin', '2026-12-30T12:00:00Z', '2027-01-04T08:00:00Z'],
    ['UTC', '2028-02-28T12:00:00Z', '2028-02-29T12:00:00Z'],
  ])('in %s, a plan of %s switches on %s', async (zone, now, expected) => {
    const days = ['--business-days', '--holidays', '01-01,12-25', '--time-zone', zone]
    const plan = await planned(...names, ...key(), ...oldOnly(), ...at(now), ...days)
    const date = (id: string) => plan.phases.find((phase: { id: string }) => phase.id === id).notBefore
    expect(date('switch')).toBe(expected)
    expect(Date.parse(date('revoke')) - Date.parse(date('switch'))).toBeGreaterThanOrEqual(14 * 86_400_000)
  })
})

describe('aggregate reports', () => {
  const report = (selector: string, day: string) => {
    const begin = Date.parse(day) / 1000
    return `<feedback><report_metadata><report_id>${selector}${day}</report_id><date_range><begin>${begin}</begin><end>${begin + 86_399}</end></date_range></report_metadata><record><row><count>2</count></row><auth_results><dkim><domain>example.com</domain><selector>${selector}</selector><result>pass</result></dkim></auth_results></record></feedback>`
  }

  it('keep the old key for mail that is still arriving, and find a signer left behind', async () => {
    const state = ['--state', scene.path('reports.json')]
    await rotatePlan(...names, ...key(), ...oldOnly(), ...at(NOW), ...state)
    await rotatePlan(...state, '--check', ...both(), ...at('2026-11-22T13:00:00Z'))
    await rotatePlan(...state, '--check', ...both(), ...at('2026-11-24T13:00:00Z'), '--confirm', 'switch')
    const delayed = scene.file('delayed.xml.gz', gzipSync(report('s1', '2026-11-26T00:00:00Z')))
    const check = async (time: string, file: string) => {
      const { code, stdout } = await rotatePlan(...state, '--check', ...both(), ...at(time), '--reports', file, ...json)
      return { code, plan: JSON.parse(stdout) }
    }
    expect((await check('2026-11-27T13:00:00Z', delayed)).plan.stage).toBe('overlap')
    const forgotten = scene.file('forgotten.xml', report('s1', '2026-12-06T00:00:00Z'))
    const { code, plan } = await check('2026-12-09T13:00:00Z', forgotten)
    expect([code, plan.stage]).toEqual([1, 'switch'])
    expect(codes(plan)).toContain('straggler')
    expect(plan.phases.find(({ id }: { id: string }) => id === 'revoke').status).toBe('waiting')
  })

  it('a file that is no report is an error, not silence', async () => {
    const argv = ['--check', ...names, ...both(), ...at(NOW), '--reports']
    await refused(...argv, scene.file('page.xml', '<html></html>'))
    await refused(...argv, scene.path('missing.xml'))
  })
})

it('a state file that is a link stays one', async () => {
  const { symlinkSync, lstatSync } = await import('node:fs')
  writeFileSync(scene.path('real.json'), '')
  rmSync(scene.path('real.json'))
  await rotatePlan(...names, ...key(), ...oldOnly(), ...at(NOW), '--state', scene.path('real.json'))
  symlinkSync(scene.path('real.json'), scene.path('link.json'))
  await rotatePlan('--state', scene.path('link.json'), '--check', ...both(), ...at('2026-11-23T00:00:00Z'))
  expect(lstatSync(scene.path('link.json')).isSymbolicLink()).toBe(true)
  expect(JSON.parse(readFileSync(scene.path('real.json'), 'utf8')).updatedAt).toBe('2026-11-23T00:00:00.000Z')
})

describe('files that cannot be used are named, with what to do', () => {
  it('an encrypted key: its public half is enough', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const locked = scene.path('locked.pem')
    const form = { type: 'pkcs8', format: 'pem' } as const
    writeFileSync(locked, privateKey.export({ ...form, cipher: 'aes-256-cbc', passphrase: 'open sesame' }))
    expect(await refused(...names, '--key', locked, ...oldOnly(), ...at(NOW))).toContain('-pubout')
    const open = scene.path('open.public.pem')
    writeFileSync(open, publicKey.export({ type: 'spki', format: 'pem' }))
    expect((await planned(...names, '--key', open, ...oldOnly(), ...at(NOW))).new.fingerprint).toMatch(/^SHA256:/)
  })

  it('a record is as good as its key, unless it revokes it', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const file = scene.path('record.txt')
    const p = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    writeFileSync(file, `v=DKIM1; k=rsa; p=${p}`)
    const pem = scene.path('record.public.pem')
    writeFileSync(pem, publicKey.export({ type: 'spki', format: 'pem' }))
    const [one, other] = [file, pem].map(path => planned(...names, '--key', path, ...oldOnly(), ...at(NOW)))
    expect((await one!).new.fingerprint).toBe((await other!).new.fingerprint)
    writeFileSync(file, 'v=DKIM1; p=')
    expect(await refused(...names, '--key', file, ...oldOnly(), ...at(NOW))).toContain('revoked')
  })

  it('a device is no key, and is not read', async () => {
    expect(await refused(...names, '--key', '/dev/zero', ...oldOnly(), ...at(NOW))).toContain('/dev/zero')
  })

  it('a state file and a report', async () => {
    const broken = scene.path('broken.json')
    writeFileSync(broken, '{')
    expect(await refused(...names, '--state', broken, ...oldOnly(), ...at(NOW))).toContain('broken.json')
    const words = scene.path('words.xml')
    writeFileSync(words, 'From: a@example.com\n\n<no report>')
    const error = await refused(...names, '--check', '--reports', words, ...oldOnly(), ...at(NOW))
    expect(error).toContain('words.xml')
    expect(error).toContain('dkim: hint: ')
  })
})
