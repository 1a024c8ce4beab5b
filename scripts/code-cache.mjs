// The code that V8 compiles the program's parts to, for the Node.js that builds (src/loader/code-cache.ts reads it). It is taken after runs of
// the usual commands, so that it has the functions in it that those call: V8 compiles a function when it is first called.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Those that the commonest runs load; of the others there is too little to gain. */
const PARTS = /^(?:dkim|commands|engine|verify|sign|package-(?:commander|chalk|mailparser)|part-.*)\.cjs$/

/**
 * Writes the code beside the parts in `folder`. In a process of its own, with no flags: V8 takes code for its own flags alone. Where that
 * fails, the program starts more slowly and is the same.
 */
export function makeCodeCache(folder) {
  const work = mkdtempSync(join(tmpdir(), 'dkim-build-'))
  try {
    const env = { PATH: process.env.PATH, HOME: work, XDG_CONFIG_HOME: work }
    execFileSync(process.execPath, [import.meta.filename, folder], {
      cwd: work,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  } catch (error) {
    console.warn(`no code cache was made: ${error.message}`)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

const KEY = ['--domain', 'example.com', '--selector', 's']
const VERIFY = ['verify', '--dns-file', 'zone']
const PRIVATE_KEY = 's._domainkey.example.com.private.pem'
const SIGN = ['sign', ...KEY, '--key', PRIVATE_KEY]

/** Most are right; each other one is wrong in a way of its own. */
const USUAL_RUNS = [
  ['--help'],
  ['verify', '--help'],
  ['verify', '--nope'],
  ['verfy'],
  [...SIGN, 'message.eml'],
  [...VERIFY, '--format', 'json', 'signed.eml'],
  ['verify', '--dns-file', 'zone.json', '--format', 'json', 'signed.eml'],
  [...VERIFY, 'signed.eml'],
]

async function main(folder) {
  const program = join(folder, '..', '..', 'bin', 'dkim.js')
  const output = argv => execFileSync(process.execPath, [program, ...argv], { stdio: ['ignore', 'pipe', 'ignore'] })
  writeFileSync('message.eml', readFileSync(join(folder, '..', '..', 'examples', 'messages', 'plain.eml')))
  writeFileSync('zone', output(['keygen', ...KEY]))
  const record = output(['format-record', ...KEY, '--key', PRIVATE_KEY, '--dialect', 'txt']).toString()
  writeFileSync('zone.json', JSON.stringify({ 's._domainkey.example.com': record.trim() }))
  writeFileSync('signed.eml', output([...SIGN, 'message.eml']))

  const loader = createRequire(import.meta.url)(join(folder, 'load.cjs'))
  for (const argv of USUAL_RUNS) await run(loader.load('dkim.cjs'), argv)
  mkdirSync(join(folder, loader.CODE_FOLDER))
  for (const [name, { script }] of loader.loaded) {
    const source = readFileSync(join(folder, name), 'utf8')
    if (!PARTS.test(name) || /[^\0-\x7f]/.test(source)) continue
    const file = codeFileOf(source, script.createCachedData(), loader)
    writeFileSync(join(folder, loader.CODE_FOLDER, loader.codeFile(name)), file)
  }
}

/** What src/loader/code-cache.ts reads. */
export function codeFileOf(source, code, { HEAD, TAIL, nodeBuild, aligned, CAPACITY }) {
  const madeFrom = Buffer.from(HEAD + source + TAIL + nodeBuild(), 'latin1')
  const filler = Buffer.alloc(aligned(madeFrom.length) - madeFrom.length)
  const file = Buffer.concat([madeFrom, filler, code, code])
  if (madeFrom.length + file.length >= CAPACITY) throw new Error('the code of a part is too long to be read')
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

if (process.argv[1] === import.meta.filename) await main(process.argv[2])
