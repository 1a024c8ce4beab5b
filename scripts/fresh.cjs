// In a clone the program is built when it is first needed, and again once a source is newer. The package has no such file.
const { execFileSync } = require('node:child_process')
const { readdirSync, statSync } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')
const timeOf = path => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
const timesIn = folder =>
  readdirSync(join(root, folder), { recursive: true }).map(name => timeOf(join(root, folder, name)))

exports.ensureBuilt = () => {
  const sources = [...timesIn('src'), timeOf(join(root, 'package.json')), timeOf(join(root, 'scripts', 'build.mjs'))]
  if (timeOf(join(root, 'dist', 'cli', 'dkim.cjs')) >= Math.max(...sources)) return
  execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: ['ignore', 2, 2] })
}
