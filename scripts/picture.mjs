// Pictures of a terminal for README: real runs of the program on examples/, as SVG, light and dark. With --check nothing is written, and the
// exit code tells whether the pictures are those of today.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const BIN = join(root, 'bin', 'dkim.js')

/** Each is a file docs/pictures/NAME-light.svg and -dark.svg. Runs are in examples/, without the network, at a fixed time. */
const PICTURES = {
  verify: [
    ['verify', '--dns-file', 'example.com.zone', 'messages'],
    ['verify', '--dns-file', 'example.com.zone', 'messages/tampered.eml'],
  ],
}

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

function run(argv) {
  const env = { PATH: process.env.PATH, FORCE_COLOR: '1', TZ: 'UTC', DKIM_CONFIG: '', XDG_CONFIG_HOME: '/nonexistent' }
  const { stdout, error } = spawnSync(process.execPath, [BIN, ...argv], { cwd: join(root, 'examples'), env })
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

function linesOf(commands) {
  return commands.flatMap((argv, index) => [
    ...(index === 0 ? [] : ['']),
    `\u001b[2m$\u001b[22m \u001b[1mdkim ${argv.join(' ')}\u001b[22m`,
    ...run(argv),
  ])
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
for (const [name, commands] of Object.entries(PICTURES)) {
  const lines = linesOf(commands)
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
