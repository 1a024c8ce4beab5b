// One message, verified once in a process that has verified nothing yet: node bench/once.mjs FILE. Prints the result and milliseconds of CPU.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { KeyCache } from '../dist/core/dkim/key-lookup.js'
import { Verifier } from '../dist/core/dkim/verify.js'
import { readZone } from '../dist/core/dns/zone-file.js'
import { zoneResolver } from '../dist/core/dns/zone-resolver.js'
import { SIGNED_AT } from './workload.mjs'

const PIECE = 256 * 1024
const zone = readZone(readFileSync(join(process.env.BENCH_FOLDER, 'keys.json')), 'keys.json')
const bytes = readFileSync(process.argv[2])
const before = process.cpuUsage()
const verifier = new Verifier({ resolver: zoneResolver(zone), now: SIGNED_AT, keys: new KeyCache() })
for (let start = 0; start < bytes.length; start += PIECE) verifier.write(bytes.subarray(start, start + PIECE))
const { result } = await verifier.end()
const { user, system } = process.cpuUsage(before)
process.stdout.write(JSON.stringify({ result, cpu: (user + system) / 1000 }))
