#!/usr/bin/env node
// Hands argv and the process's streams to the program. CommonJS: the ESM loader alone would add a quarter to the start-up time.
const { existsSync } = require('node:fs')
const { enableCompileCache } = require('node:module')
const { isAbsolute, join } = require('node:path')

// A clone builds itself; the package has no scripts.
const fresh = join(__dirname, '..', 'scripts', 'fresh.cjs')
if (existsSync(fresh)) require(fresh).ensureBuilt()

// Node 22.1 and later keep compiled code here, which shortens the next start. Where the folder cannot be written, nothing happens.
if (enableCompileCache !== undefined) {
  const { XDG_CACHE_HOME = '' } = process.env
  enableCompileCache(
    join(isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(require('node:os').homedir(), '.cache'), 'dkim'),
  )
}

require('../dist/cli/dkim.cjs').run(process)
