#!/usr/bin/env node
// Hands argv and the process's streams to the program. CommonJS: the ESM loader alone would add a quarter to the start-up time.
const { load } = require('../dist/cli/load.cjs')
load('dkim.cjs').run(process)
