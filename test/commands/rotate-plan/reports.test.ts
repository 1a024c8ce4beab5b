import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ARCHIVE_LIMITS } from '../../../src/core/rotation/archive.js'
import { rotatePlan } from './run-in-process.js'
import { NOW, Scene } from './zones.js'

let scene: Scene
let zone: string[]

beforeAll(async () => {
  scene = await Scene.make({ s1: 'rsa', s2: 'ed25519', s3: 'rsa' })
  zone = scene.zone('zone.json', {
    s1: 's1',
    s2: 's2',
    'x._domainkey.example.org': 's1',
    'y._domainkey.example.org': 's2',
  })
})
afterAll(() => rmSync(scene.folder, { recursive: true }))

const BEGIN = Date.parse('2026-11-20T00:00:00Z') / 1000
const report = (selector: string, domain = 'example.com', email = 'a@receiver.example') =>
  `<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0"><report_metadata><org_name>receiver.example</org_name><email>${email}</email><report_id>${selector}</report_id><date_range><begin>${BEGIN}</begin><end>${BEGIN + 86_399}</end></date_range></report_metadata><record><row><source_ip>192.0.2.1</source_ip><count>2</count></row><auth_results><dkim><domain>${domain}</domain><selector>${selector}</selector><result>pass</result></dkim></auth_results></record></feedback>`

const names = ['--domain', 'example.com', '--selector', 's1', '--new-selector', 's2']
async function check(paths: readonly string[], more: readonly string[] = names) {
  const { code, stdout, stderr } = await rotatePlan(
    ...more,
    '--check',
    ...zone,
    '--now',
    NOW,
    '--format',
    'json',
    '--reports',
    ...paths,
  )
  return {
    code,
    stderr,
    who: /straggler|still signed with/.test(stdout),
    stage: stdout === '' ? null : JSON.parse(stdout).stage,
  }
}

/** A folder of files; a value of null is a folder. */
function folder(name: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(scene.path(name), path, '..'), { recursive: true })
    writeFileSync(join(scene.path(name), path), content)
  }
  return scene.path(name)
}

describe('folders of reports', () => {
  it('reads below, names without an ending, .xml.txt, and files behind links, each once', async () => {
    const outside = folder('outside', { 'z.xml': report('s1') })
    const one = folder('deep', {
      'a.xml': report('s2'),
      '2026/11/b': gzipSync(report('s1')),
      'c.xml.txt': report('s2'),
    })
    symlinkSync(one, join(one, '2026', 'circle'))
    symlinkSync(outside, join(one, 'link'))
    symlinkSync(join(one, 'a.xml'), join(one, 'again.xml'))
    const { code, stderr } = await check([one])
    expect([0, 1]).toContain(code)
    // deep, 2026, 11, outside.
    expect(stderr).toContain('4 reports were read from 4 folders')
  })

  it('skips what macOS adds without a word, and names every other file that is not a report', async () => {
    const one = folder('mixed', {
      'a.xml': report('s2'),
      '._a.xml': 'x',
      '__MACOSX/._a.xml': 'x',
      '.DS_Store': 'x',
      'notes.txt': 'x',
    })
    const { code, stderr } = await check([one])
    expect([0, 1]).toContain(code)
    expect(stderr).toContain('notes.txt')
    expect(stderr).not.toMatch(/\._a|DS_Store/)
  })

  it.each<[string, string | Uint8Array]>([
    ['broken.xml', '<html></html>'],
    ['broken.xml.gz', gzipSync(report('s1')).subarray(0, 40)],
    ['cut.xml', report('s1').slice(0, -20)],
    ['large.xml.gz', gzipSync(Buffer.alloc(ARCHIVE_LIMITS.report + 1), { level: 1 })],
  ])('names %s, leaves it out, and judges the rest', async (name, content) => {
    const one = folder(`with-${name}`, { 'a.xml': report('s2'), [name]: content })
    const alone = await check([join(one, 'a.xml')])
    const { code, stage, stderr } = await check([one])
    expect([code, stage]).toEqual([alone.code, alone.stage])
    expect(stderr).toContain(`${name}`)
    expect(stderr).toContain('left out')
  })

  it('names a link that leads to nothing', async () => {
    const one = folder('dangling', { 'a.xml': report('s2') })
    symlinkSync('nowhere', join(one, 'b.xml'))
    expect((await check([one])).stderr).toContain('b.xml')
  })

  it.each<[string, Readonly<Record<string, string>>]>([
    ['nothing', { 'sub/._x': 'x' }],
    ['other files', { 'notes.txt': 'x' }],
    ['broken reports only', { 'a.xml': '<html></html>' }],
    ['a Maildir', { 'new/1.abc.host': 'From: a@example.com\n\nx', 'cur/x': 'From: a@example.com\n\nx' }],
  ])('is exit 2 where a folder holds %s', async (name, files) => {
    const { code, stderr, stage } = await check([folder(`none-${name.replaceAll(' ', '-')}`, files)])
    expect([code, stage]).toEqual([2, null])
    expect(stderr).toContain('no report')
  })

  it('a report that is too large is there: alone it does not end the monitor', async () => {
    const file = scene.file('alone.xml.gz', gzipSync(Buffer.alloc(ARCHIVE_LIMITS.report + 1), { level: 1 }))
    const { code, stderr } = await check([file])
    expect([0, 1]).toContain(code)
    expect(stderr).toContain('larger than 32 MiB')
  })
})

describe('several rotations in one state file', () => {
  const both = async (name: string): Promise<string[]> => {
    const list = scene.file(`${name}.txt`, 'example.com s1 s2\nexample.org x y\n')
    const old = scene.zone(`${name}-old.json`, { s1: 's1', 'x._domainkey.example.org': 's1' })
    const state = ['--state', scene.path(`${name}.json`)]
    expect((await rotatePlan('--domains', list, ...old, '--now', NOW, ...state)).code).toBe(0)
    return state
  }
  const confirmed = (state: readonly string[]) =>
    JSON.parse(readFileSync(state[1]!, 'utf8')).plans.map(
      ({ progress }: { progress: { signers: { confirmedAt: string | null } } }) =>
        progress.signers.confirmedAt !== null,
    )
  const later = '2026-11-25T12:00:00Z'

  it.each([
    ['--confirm', 'switch'],
    ['--assert', 'switch'],
  ])('%s alone is refused, lists them, and changes nothing', async (option, phase) => {
    const state = await both(`bare${option}`)
    const before = readFileSync(state[1]!, 'utf8')
    const { code, stderr } = await rotatePlan(...state, option, phase, ...zone, '--now', later)
    expect(code).toBe(2)
    expect(stderr).toContain('--domain example.com --selector s1')
    expect(stderr).toContain('--domain example.org --selector x')
    expect(readFileSync(state[1]!, 'utf8')).toBe(before)
  })

  it('a domain that is named is the one that is meant', async () => {
    const state = await both('named')
    await rotatePlan(...state, '--domain', 'example.org', '--confirm', 'switch', ...zone, '--now', later)
    expect(confirmed(state)).toEqual([false, true])
    await rotatePlan(
      ...state,
      '--domain',
      'example.org',
      '--domain',
      'example.com',
      '--confirm',
      'switch',
      ...zone,
      '--now',
      later,
    )
    expect(confirmed(state)).toEqual([true, true])
  })

  it('printed commands name the domain, and the selector where two rotations share it', async () => {
    const state = await both('printed')
    const sh = async () => (await rotatePlan(...state, '--check', '--format', 'sh', ...zone, '--now', later)).stdout
    const guards = (await sh()).split('\n').filter(line => line.includes('--assert'))
    expect(guards.length).toBeGreaterThan(2)
    for (const line of guards) expect(line).toMatch(/--assert \S+ .*--domain example\.(?:com|org)(?! --selector)/)
    const more = scene.zone('third.json', { s1: 's1', third: 's2' })
    await rotatePlan(
      ...state,
      '--domain',
      'example.com',
      '--selector',
      'third',
      '--new-selector',
      'fourth',
      ...more,
      '--now',
      later,
    )
    expect(await sh()).toContain('--domain example.com --selector third')
  })

  it('--scheme is for the lines of --domains that name no new selector', async () => {
    const list = scene.file('schemes.txt', 'example.com s1\nexample.org x fresh\n')
    const old = scene.zone('schemes.json', { s1: 's1', 'x._domainkey.example.org': 's1' })
    const { code, stdout } = await rotatePlan(
      '--domains',
      list,
      '--scheme',
      'quarter',
      ...old,
      '--now',
      NOW,
      '--format',
      'json',
    )
    expect(code).toBe(0)
    const selectors = JSON.parse(stdout).map((plan: { new: { selector: string } }) => plan.new.selector)
    expect(selectors).toEqual([expect.stringMatching(/2026/), 'fresh'])
  })
})

describe('the zone', () => {
  const zoneFile = (name: string, apex: string, owner: string) =>
    scene.file(
      name,
      `${apex}. 3600 IN SOA ns.example.net. h.example.net. 1 3600 600 86400 600\n${owner}. 3600 IN TXT "${scene.records['s1']!.replace(/(.{200})/g, '$1" "')}"\n`,
    )
  const publish = async (file: string, ...more: string[]) => {
    const argv = [
      '--selector',
      's1',
      '--scheme',
      'date',
      '--key',
      scene.path('s3.pem'),
      '--now',
      NOW,
      '--dns-file',
      file,
    ]
    return await rotatePlan(...argv, '--dialect', 'powerdns', ...more)
  }

  it.each([
    ['above the domain', 'sub.example.com', 'example.com', / example\.com \S+\._domainkey\.sub TXT/],
    ['of the domain', 'example.com', 'example.com', / example\.com \S+\._domainkey TXT/],
    ['of the keys', 'example.com', '_domainkey.example.com', / _domainkey\.example\.com \d+ TXT/],
  ])('%s is the one that DNS names', async (_what, domain, apex, expected) => {
    const { code, stdout, stderr } = await publish(
      zoneFile(`${domain}-${apex}.zone`, apex, `s1._domainkey.${domain}`),
      '--domain',
      domain,
    )
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(expected)
  })

  it('that is given comes first, and has to hold the keys', async () => {
    const file = zoneFile('given.zone', 'example.com', 's1._domainkey.sub.example.com')
    const domain = ['--domain', 'sub.example.com']
    expect((await publish(file, ...domain, '--zone', 'sub.example.com')).stdout).toMatch(
      / sub\.example\.com \d+\._domainkey TXT/,
    )
    expect((await publish(file, ...domain, '--zone', 'com')).stdout).toMatch(/ com \d+\._domainkey\.sub\.example TXT/)
    expect((await publish(file, ...domain, '--zone', 'example.org')).code).toBe(2)
  })
})
