// Pictures of a terminal for README: real runs of the program on examples/, as SVG, light and dark. With --check nothing is written, and the
// exit code tells whether the pictures are those of today.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
const BIN = join(root, 'bin', 'dkim.js')

const EXAMPLES = join(root, 'examples')
const NOW = ['--now', '2026-01-05']

/**
 * Each is a file docs/pictures/NAME-light.svg and -dark.svg: command lines that are run one after the other without the network, in a
 * folder that holds `files`. `before` is run and not shown.
 */
const PICTURES = {
  verify: {
    files: examples,
    runs: [
      ['verify', '--dns-file', 'example.com.zone', 'messages'],
      ['verify', '--dns-file', 'example.com.zone', 'messages/tampered.eml'],
    ],
  },
  explain: {
    files: () => ({ ...examples(), 'received.eml': fromTheList() }),
    runs: [['verify', '--explain', '--dns-file', 'example.com.zone', 'received.eml']],
  },
  lookup: {
    files: () => ({ 'example.com.zone': faultyZone() }),
    runs: [
      ['lookup', 'mail._domainkey.example.com', '--dns-file', 'example.com.zone'],
      ['lookup', 'news._domainkey.example.com', '--dns-file', 'example.com.zone'],
    ],
  },
  'rotate-plan': {
    files: () => ({
      ...examples(),
      'new.pem': newKeyFile(),
      'both.zone': `${examples()['example.com.zone']}${newLine()}`,
    }),
    before: [
      [
        'rotate-plan',
        '--domain',
        'example.com',
        '--selector',
        'mail',
        '--new-selector',
        'mail2026',
        '--key',
        'new.pem',
      ].concat(['--dns-file', 'example.com.zone', '--state', 'plan.json', ...NOW]),
    ],
    runs: [['rotate-plan', '--state', 'plan.json', '--check', '--dns-file', 'both.zone', '--now', '2026-01-07']],
  },
}

/** The examples as they stand in their folder. */
function examples() {
  const names = readdirSync(EXAMPLES, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(EXAMPLES, join(entry.parentPath, entry.name)))
    .filter(name => name === 'example.com.zone' || name.startsWith('messages'))
  return Object.fromEntries(names.map(name => [name, readFileSync(join(EXAMPLES, name), 'utf8')]))
}

/** What a mailing list makes of the newsletter: a tag in the subject, a footer under the text. */
function fromTheList() {
  const newsletter = readFileSync(join(EXAMPLES, 'messages', 'newsletter.eml'), 'utf8')
  const [first] = newsletter.split(/^(?=DKIM-Signature:.*ed25519)/m)
  const rest = newsletter.replace(/^[\s\S]*?(?=^From:)/m, '').replace(/^Subject: /m, 'Subject: [example-list] ')
  return `${first}${rest}-- \r\nexample-list@example.org\r\nTo leave, write to example-list-leave@example.org\r\n`
}

/** The text of an example's record, as one string. */
function record(selector) {
  const line = readFileSync(join(EXAMPLES, 'example.com.zone'), 'utf8')
    .split('\n')
    .find(text => text.startsWith(`${selector}._domainkey.`))
  return Array.from(line.matchAll(/"([^"]*)"/g), ([, text]) => text).join('')
}

/** In strings that DNS can hold. */
const quoted = text =>
  text
    .match(/.{1,255}/g)
    .map(part => `"${part}"`)
    .join(' ')

/** A key that a form cut off, and one for tests that nobody switched on. */
function faultyZone() {
  const [mail, ed25519] = ['mail', 'mail-ed25519'].map(record)
  return [
    `mail._domainkey.example.com. 3600 IN TXT ${quoted(mail.slice(0, 255))}`,
    `news._domainkey.example.com. 3600 IN TXT ${quoted(ed25519.replace('k=', 't=y; k='))}`,
    '',
  ].join('\n')
}

/** The key of a test vector, as the next one of example.com. */
function newKey() {
  const zone = readFileSync(join(root, 'test', 'vectors', '03-rsa-relaxed', 'dns.zone'), 'utf8')
  return /p=([A-Za-z0-9+/=]*)/.exec(zone.replace(/"\s+"/g, ''))[1]
}

const newKeyFile = () => `-----BEGIN PUBLIC KEY-----\n${newKey()}\n-----END PUBLIC KEY-----\n`

const newLine = () => `mail2026._domainkey.example.com. 3600 IN TXT ${quoted(`v=DKIM1; k=rsa; p=${newKey()}`)}\n`

const FONT = 13
const COLUMN = 7.8
const LINE = 19
const MARGIN = 16
const BAR = 30

/** Colours with a contrast of 4.5:1 or more on their paper. */
const THEMES = {
  light: {
    paper: '#ffffff',
    bar: '#eaeef2',
    edge: '#d0d7de',
    text: '#1f2328',
    dim: '#59636e',
    red: '#c4231c',
    green: '#1a7f37',
    yellow: '#7d5a00',
  },
  dark: {
    paper: '#0d1117',
    bar: '#21262d',
    edge: '#30363d',
    text: '#e6edf3',
    dim: '#a0a9b4',
    red: '#ff7b72',
    green: '#4ac26b',
    yellow: '#e3b341',
  },
}

function run(argv, cwd) {
  const env = { PATH: process.env.PATH, FORCE_COLOR: '1', TZ: 'UTC', DKIM_CONFIG: '', XDG_CONFIG_HOME: '/nonexistent' }
  const { stdout, error } = spawnSync(process.execPath, [BIN, ...argv], { cwd, env })
  if (error) throw error
  return stdout.toString().trimEnd().split('\n')
}

/** Spans of one style, from the few SGR codes that the program writes. */
function spansOf(line) {
  let style = { colour: 'text', bold: false }
  const spans = []
  for (const part of line.split(/(\u001b\[\d+m)/)) {
    const code = /^\u001b\[(\d+)m$/.exec(part)?.[1]
    if (code === undefined) {
      if (part !== '') spans.push({ ...style, text: part })
    } else style = styled(style, Number(code))
  }
  return spans
}

function styled(style, code) {
  const colours = { 31: 'red', 32: 'green', 33: 'yellow', 39: 'text', 2: 'dim' }
  if (code === 1) return { ...style, bold: true }
  if (code === 22) return { colour: style.colour === 'dim' ? 'text' : style.colour, bold: false }
  if (code in colours) return { ...style, colour: colours[code] }
  throw new Error(`a terminal code that pictures do not know: ${code}`)
}

const escaped = text => text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`)

function linesOf({ files, before = [], runs }) {
  const world = mkdtempSync(join(tmpdir(), 'dkim-picture-'))
  try {
    for (const [name, text] of Object.entries(files())) {
      mkdirSync(dirname(join(world, name)), { recursive: true })
      writeFileSync(join(world, name), text)
    }
    for (const argv of before) run(argv, world)
    return runs.flatMap((argv, index) => [
      ...(index === 0 ? [] : ['']),
      `\u001b[2m$\u001b[22m \u001b[1mdkim ${argv.join(' ')}\u001b[22m`,
      ...run(argv, world),
    ])
  } finally {
    rmSync(world, { recursive: true })
  }
}

function svg(lines, name, theme) {
  const colours = THEMES[theme]
  const rows = lines.map(spansOf)
  const columns = Math.max(...rows.map(spans => spans.reduce((sum, { text }) => sum + text.length, 0)))
  const width = Math.ceil(columns * COLUMN + 2 * MARGIN)
  const height = BAR + rows.length * LINE + 2 * MARGIN
  const texts = rows.flatMap((spans, row) => {
    let column = 0
    // Blanks are left out, and what stands between them is placed: renderers differ in what they make of blanks.
    const pieces = spans.flatMap(({ text, ...style }) =>
      text.split(/( {2,}|^ | $)/).map(piece => ({ text: piece, ...style })),
    )
    return pieces.map(({ text, colour, bold }) => {
      const x = (MARGIN + column * COLUMN).toFixed(1)
      column += text.length
      if (text.trim() === '') return ''
      // textLength keeps columns straight, whatever font there is.
      return `<text x="${x}" y="${BAR + MARGIN + row * LINE + FONT}" textLength="${(text.length * COLUMN).toFixed(1)}" fill="${colours[colour]}"${bold ? ' font-weight="700"' : ''}>${escaped(text)}</text>`
    })
  })
  const dots = [0, 1, 2].map(
    dot => `<circle cx="${MARGIN + 6 + dot * 20}" cy="${BAR / 2}" r="5.5" fill="${colours.edge}"/>`,
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="dkim ${name} on a terminal">`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="${colours.paper}" stroke="${colours.edge}"/>`,
    `<path d="M.5 ${BAR}V8.5a8 8 0 0 1 8-8H${width - 8.5}a8 8 0 0 1 8 8V${BAR}z" fill="${colours.bar}"/>`,
    ...dots,
    `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="${FONT}">`,
    ...texts.filter(Boolean),
    '</g></svg>',
    '',
  ].join('\n')
}

const folder = join(root, 'docs', 'pictures')
const stale = []
mkdirSync(folder, { recursive: true })
for (const [name, picture] of Object.entries(PICTURES)) {
  const lines = linesOf(picture)
  for (const theme of Object.keys(THEMES)) {
    const file = join(folder, `${name}-${theme}.svg`)
    const text = svg(lines, name, theme)
    if (process.argv.includes('--check')) {
      if (!existsSync(file) || readFileSync(file, 'utf8') !== text) stale.push(`${name}-${theme}.svg`)
    } else writeFileSync(file, text)
  }
}
if (stale.length > 0) {
  console.error(`not the pictures of today: ${stale.join(', ')}; npm run docs draws them`)
  process.exitCode = 1
}
