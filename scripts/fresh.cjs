// In a clone the program is built when it is first needed, and again once a source is newer. The package has no such file.
const { mkdirSync, readdirSync, rmdirSync, statSync } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')
/** One build at a time: of many commands that start together, the others wait for it. */
const LOCK = join(root, 'node_modules', '.dkim-build')
/** Milliseconds after which a lock was left behind. */
const LONGEST_BUILD = 120_000

const timeOf = path => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
const timesIn = folder =>
  readdirSync(join(root, folder), { recursive: true }).map(name => timeOf(join(root, folder, name)))

function isStale() {
  const sources = [...timesIn('src'), timeOf(join(root, 'package.json')), timeOf(join(root, 'scripts', 'build.mjs'))]
  return timeOf(join(root, 'dist', 'cli', 'dkim.cjs')) < Math.max(...sources)
}

function takeLock() {
  for (;;) {
    try {
      mkdirSync(LOCK)
      return
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      if (Date.now() - timeOf(LOCK) > LONGEST_BUILD) rmdirSync(LOCK)
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
    }
  }
}

exports.ensureBuilt = () => {
  if (!isStale()) return
  takeLock()
  try {
    // Another command may have built it meanwhile.
    if (!isStale()) return
    // Loaded only here: the program itself starts without it.
    const { execFileSync } = require('node:child_process')
    execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: ['ignore', 2, 2] })
  } finally {
    rmdirSync(LOCK)
  }
}
