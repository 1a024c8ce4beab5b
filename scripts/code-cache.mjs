// The code that V8 compiles the program's parts to, for the Node.js that builds (src/loader/code-cache.ts reads it). It is taken after runs of
// the usual commands, so that it has the functions in it that those call: V8 compiles a function when it is first called.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const KEY = ['--domain', 'example.com', '--selector', 's']
const PRIVATE_KEY = 's._domainkey.example.com.private.pem'
const NOW = new Date().toISOString()
const SIGN = ['sign', ...KEY, '--key', PRIVATE_KEY, '--time', NOW, 'message.eml']
const VERIFY = ['verify', 'signed.eml', '--now', NOW, '--dns-file']

/**
 * Each in a process of its own, where a chunk that stands in several files is run from the first one: which runs, and the parts whose code
 * is taken then. Of parts that only other runs load there is too little to gain.
 */
const PROCESSES = [
  {
    runs: [
      ['--help'],
      ['verify', '--help'],
      ['verify', '--nope'],
      ['verfy'],
      [...VERIFY, 'zone.json', '--format', 'json'],
      [...VERIFY, 'zone', '--format', 'json'],
      [...VERIFY, 'zone'],
      SIGN,
    ],
    parts: /^(?:dkim|verify|package-(?:commander|chalk|mailparser)|part-.*)\.cjs$/,
  },
  { runs: [SIGN], parts: /^sign\.cjs$/ },
]

/**
 * Writes the code beside the parts in `folder`. In processes without flags: V8 takes code for its own flags alone. Where that fails, the
 * program starts more slowly and is the same.
 */
export function makeCodeCache(folder) {
  const work = mkdtempSync(join(tmpdir(), 'dkim-build-'))
  // Windows has no cryptography without its SystemRoot.
  const { PATH, SystemRoot } = process.env
  const env = { PATH, ...(SystemRoot && { SystemRoot }), HOME: work, XDG_CONFIG_HOME: work }
  const node = argv => execFileSync(process.execPath, argv, { cwd: work, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const dkim = argv => node([join(root, 'bin', 'dkim.js'), ...argv])
  try {
    copyFileSync(join(root, 'examples', 'messages', 'newsletter.eml'), join(work, 'message.eml'))
    writeFileSync(join(work, 'zone'), dkim(['keygen', ...KEY]))
    writeFileSync(join(work, 'signed.eml'), dkim(SIGN))
    const record = dkim(['format-record', ...KEY, '--key', PRIVATE_KEY, '--dialect', 'txt'])
      .toString()
      .trim()
    writeFileSync(join(work, 'zone.json'), JSON.stringify({ 's._domainkey.example.com': record }))
    for (const index of PROCESSES.keys()) node([import.meta.filename, folder, index])
  } catch (error) {
    console.warn(`no code cache was made: ${error.message}`)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

async function main(folder, { runs, parts }) {
  const loader = createRequire(import.meta.url)(join(folder, 'load.cjs'))
  for (const argv of runs) await run(loader.load('dkim.cjs'), argv)
  mkdirSync(join(folder, loader.CODE_FOLDER), { recursive: true })
  for (const [name, { script }] of loader.loaded) {
    const source = readFileSync(join(folder, name), 'utf8')
    if (!parts.test(name) || /[^\0-\x7f]/.test(source)) continue
    const file = codeFileOf(source, script.createCachedData(), loader)
    writeFileSync(join(folder, loader.CODE_FOLDER, loader.codeFile(name)), file)
  }
}

/** What src/loader/code-cache.ts reads. */
export function codeFileOf(source, code, { HEAD, TAIL, nodeBuild, CAPACITY }) {
  const file = Buffer.concat([code, code, Buffer.from(nodeBuild() + HEAD + source + TAIL, 'latin1')])
  if (source.length + file.length >= CAPACITY) throw new Error('the code of a part is too long to be read')
  return file
}

/** One run of the program in this process. */
function run(program, argv) {
  const { env, platform, pid, stdin, stdout, stderr } = process
  return new Promise(resolve => {
    const streams = { stdin, stdout, stderr }
    const ends = { once: () => undefined, kill: resolve, exit: resolve }
    program.run({
      argv: ['node', 'dkim', ...argv],
      ...{ env, platform, pid, ...streams, ...ends },
      set exitCode(code) {
        resolve(code)
      },
    })
  })
}

if (process.argv[1] === import.meta.filename) await main(process.argv[2], PROCESSES[process.argv[3]])
