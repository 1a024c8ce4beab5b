import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readXml } from '../../../src/core/rotation/xml.js'
import { planHtml } from '../../../src/report/rotation/html.js'
import { planMarkdown } from '../../../src/report/rotation/markdown.js'
import { textWidth } from '../../../src/report/rotation/markup.js'
import { planNsupdate } from '../../../src/report/rotation/nsupdate.js'
import { planSh } from '../../../src/report/rotation/sh.js'
import { planSvg } from '../../../src/report/rotation/svg.js'
import { planText } from '../../../src/report/rotation/text.js'
import { PLAIN } from '../../../src/report/text/style.js'
import { DAY, request, T0 } from '../../core/rotation/scenario.js'
import { NASTY, nastyView, view } from './plans.js'

const folder = mkdtempSync(join(tmpdir(), 'rotation-sh-'))
afterAll(() => rmSync(folder, { recursive: true }))

const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/

/** The names of all elements, the root first; every one is closed by its own tag, and no "<" is text. */
function elements(xml: string): string[] {
  const names: string[] = []
  readXml(xml, {
    open: name => names.push(name),
    close: (name, isImplied) => expect([name, isImplied]).toEqual([name, false]),
    text: raw => expect(raw).not.toContain('<'),
  })
  return names
}

describe.each(NASTY)('F-09, O-11 nothing gets out of its place: %j', nasty => {
  const plan = nastyView(nasty)

  it('on a terminal', () => {
    expect(planText([plan], PLAIN)).not.toMatch(CONTROLS)
  })

  it('in HTML and SVG', () => {
    for (const text of [planHtml([plan]), planHtml([plan, plan]), planSvg([plan, plan])]) {
      expect(text).not.toMatch(/<(?:img|script)|javascript:alert\(1\)"/i)
      expect(text).not.toMatch(CONTROLS)
    }
    const names = elements(planSvg([plan]))
    expect(new Set(names)).toEqual(new Set(['svg', 'title', 'style', 'rect', 'text', 'path', 'line', 'circle']))
    expect(planHtml([plan]).match(/<\/title>/g)?.length).toBe(planHtml([view()]).match(/<\/title>/g)?.length)
  })

  it('in Markdown', () => {
    const text = planMarkdown([plan])
    const outside = text.replace(/^ {4}```[\s\S]*?^ {4}```$/gm, '')
    expect(outside).not.toMatch(CONTROLS)
    expect(outside).not.toMatch(/<(?!\/?br)/)
    expect(outside).not.toMatch(/(?<!\\)\]\(/)
    expect(outside.split('\n').filter(line => line.startsWith('# '))).toHaveLength(1)
  })

  it('in nsupdate: comments stay comments', () => {
    const live = planNsupdate([plan])
      .split('\n')
      .filter(line => line !== '' && !line.startsWith(';'))
    expect(live.map(line => line.split(' ')[0])).toEqual(['prereq', 'update', 'send'])
  })

  it('in a shell script', () => {
    const script = join(folder, 'plan.sh')
    writeFileSync(script, planSh([plan]))
    expect(execFileSync('sh', ['-n', script]).toString()).toBe('')
    const ran = spawnSync('sh', [script, 'switch'], { env: { PATH: `${fakeDkim(0)}:/usr/bin:/bin`, HOME: '/nowhere' } })
    expect(ran.status).toBe(0)
    // What is shown is the text itself, with its controls made visible.
    if (!CONTROLS.test(nasty)) expect(ran.stdout.toString()).toContain(nasty)
    expect(ran.stdout.toString()).not.toMatch(CONTROLS)
  })
})

/** A dkim that only says with what it was called. */
function fakeDkim(code: number): string {
  const program = join(folder, 'dkim')
  writeFileSync(program, `#!/bin/sh\necho "called: $*" >&2\nexit ${code}\n`)
  chmodSync(program, 0o755)
  return folder
}

describe('the shell script', () => {
  const script = join(folder, 'guarded.sh')
  const run = (code: number, ...argv: string[]) =>
    spawnSync('sh', [script, ...argv], { env: { PATH: `${fakeDkim(code)}:/usr/bin:/bin` } })

  it('asks whether the step is due, and stops where it is not', () => {
    writeFileSync(script, planSh([view()]))
    const refused = run(1, 'revoke')
    expect(refused.status).toBe(1)
    expect(refused.stderr.toString()).toContain(
      'rotate-plan --check --assert revoke --quiet --state plan.json --domain example.com',
    )
    expect(refused.stdout.toString()).toBe('')
    expect(run(0, 'revoke').stdout.toString()).toContain('v=DKIM1; p=')
  })

  it.each([2, 70, 75])('passes on exit code %i and shows no change: whether the step is due is not known', code => {
    writeFileSync(script, planSh([view()]))
    for (const phase of ['publish', 'switch', 'revoke', 'remove']) {
      const refused = run(code, phase)
      expect(refused.status).toBe(code)
      expect(refused.stdout.toString()).toBe('')
      expect(refused.stderr.toString()).not.toContain('not due')
    }
  })

  it('knows its phases and domains', () => {
    writeFileSync(script, planSh([view(), view({ asked: request({ domain: 'example.org' }) })]))
    expect(run(0).status).toBe(2)
    expect(run(0, 'switch').status).toBe(2)
    expect(run(0, 'dance', 'example.org').status).toBe(2)
    expect(run(0, 'switch', 'example.org').status).toBe(0)
  })
})

describe('the shell script of two rotations of one domain', () => {
  it('takes the name of the old record, because the domain means both', () => {
    const script = join(folder, 'two.sh')
    const other = { ...view(), sharesDomain: true }
    const views = [other, { ...other, old: { ...other.old, selector: 'k1' } }]
    writeFileSync(script, planSh(views))
    const env = { PATH: `${fakeDkim(1)}:/usr/bin:/bin` }
    const run = (name: string) => spawnSync('sh', [script, 'revoke', name], { env })
    expect(run('example.com').status).toBe(2)
    for (const { old } of views) {
      const ran = run(`${old.selector}._domainkey.example.com`)
      expect(ran.status).toBe(1)
      expect(ran.stderr.toString()).toContain(`--domain example.com --selector ${old.selector}`)
    }
  })
})

describe('nsupdate', () => {
  const live = (text: string) => text.split('\n').filter(line => line !== '' && !line.startsWith(';'))

  it('publishes what is due, under a condition', () => {
    expect(live(planNsupdate([view()]))).toEqual([
      'prereq nxrrset s2._domainkey.example.com. TXT',
      'update add s2._domainkey.example.com. 3600 IN TXT "v=DKIM1; k=rsa; p=BBBB"',
      'send',
    ])
  })

  it('revokes only when that is due, and only the record that it knows', () => {
    const options = { check: true, remembers: false }
    const before = view({ scene: { now: T0 + DAY }, selectors: ['s2'], options })
    expect(live(planNsupdate([before]))).toEqual([])
    const { plan } = { plan: view({ scene: { now: T0 + 20 * DAY }, options, asked: request(), before: switched() }) }
    expect(live(planNsupdate([plan]))).toContain(
      'prereq yxrrset s1._domainkey.example.com. TXT "v=DKIM1; k=rsa; p=AAAA"',
    )
    expect(live(planNsupdate([plan]))).toContain('update add s1._domainkey.example.com. 300 IN TXT "v=DKIM1; p="')
  })
})

function switched() {
  const at = T0 + DAY
  const signers = {
    confirmedAt: at,
    firstNewAt: at,
    lastNewAt: at,
    lastSampleAt: at,
    lastOldAt: null,
    lastOldDelivery: null,
    brokenAt: null,
    missingKeyAt: null,
    vouchedAt: null,
    failingReports: [],
    stragglers: [],
  }
  return {
    checkedAt: at,
    newState: 'live' as const,
    oldState: 'live' as const,
    oldTtl: 3600,
    newSeenSince: T0,
    newLiveSince: T0,
    revokedSince: null,
    removedSince: null,
    verifiedAt: at,
    disclosedAt: null,
    laggingSince: null,
    signers,
  }
}

describe('the picture', () => {
  const many = Array.from({ length: 20 }, (_, index) =>
    view({ asked: request({ domain: `${'long-'.repeat(index % 10)}d${index}.x${'y'.repeat(index)}.example.com` }) }),
  )

  it.each([
    ['one rotation', [view()]],
    ['twenty', many],
  ])('%s: no text leaves the picture, and none stands on another', (_what, views) => {
    const svg = planSvg(views)
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number)
    const boxes = [
      ...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)" font-size="(\d+)"[^>]*text-anchor="(\w+)">([^<]*)</g),
    ].map(([, x, y, size, anchor, text]) => {
      const long = textWidth(text!.replace(/&[^;]+;/g, 'x'), Number(size))
      const left = Number(x) - (anchor === 'end' ? long : anchor === 'middle' ? long / 2 : 0)
      return {
        left,
        right: left + long,
        top: Number(y) - Number(size) * 0.8,
        bottom: Number(y) + Number(size) * 0.2,
        text,
      }
    })
    expect(boxes.length).toBeGreaterThan(views.length * 2)
    for (const box of boxes) {
      expect(box.left).toBeGreaterThanOrEqual(0)
      expect(box.right).toBeLessThanOrEqual(width!)
      expect(box.bottom).toBeLessThanOrEqual(height!)
    }
    const clashes = boxes.flatMap((a, index) =>
      boxes
        .slice(index + 1)
        .filter(b => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
        .map(b => [a.text, b.text]),
    )
    expect(clashes).toEqual([])
  })

  it('needs nothing from elsewhere', () => {
    for (const text of [planSvg([view()]), planHtml([view()])]) {
      expect(text.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(|@import|src=|<script/)
    }
  })

  it('is well-formed', () => {
    expect(elements(planSvg(many))[0]).toBe('svg')
  })
})

describe('text', () => {
  it('says where it stands, marks the day, and tells every phase in full', () => {
    const text = planText([view()], PLAIN)
    expect(text).toMatch(/stage {2}· publish: /)
    expect(text.match(/you are here/g)).toHaveLength(1)
    for (const { title } of view().phases) expect(text).toContain(title)
    expect(text).toContain('KeyTable')
  })

  it('a check tells of what is near only', () => {
    const text = planText([view({ options: { check: true, remembers: true } })], PLAIN)
    expect(text).not.toContain('every server answers with an empty p=')
    expect(text).toContain('every authoritative server answers with the new key')
  })

  it('several plans begin with a summary', () => {
    expect(planText([view(), view()], PLAIN)).toMatch(/^2 rotations\n/)
  })
})
