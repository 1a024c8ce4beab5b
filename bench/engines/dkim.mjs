// This project, by its library: verify and sign messages that are in memory.
import { KeyCache } from '../../dist/core/dkim/key-lookup.js'
import { Signer } from '../../dist/core/dkim/sign.js'
import { Verifier } from '../../dist/core/dkim/verify.js'
import { Zone } from '../../dist/core/dns/zone.js'
import { readZone } from '../../dist/core/dns/zone-file.js'
import { zoneResolver } from '../../dist/core/dns/zone-resolver.js'
import { SIGNED_AT } from '../workload.mjs'

export function verifier({ records }) {
  const zone = new Zone()
  readZone(Buffer.from(JSON.stringify(records)), 'keys.json', zone)
  const options = { resolver: zoneResolver(zone), now: SIGNED_AT, keys: new KeyCache() }
  return message => {
    const verifying = new Verifier(options)
    verifying.write(message)
    const report = verifying.endNow?.() ?? verifying.end()
    return report instanceof Promise ? report.then(({ result }) => result === 'pass') : report.result === 'pass'
  }
}

export function signer({ key }) {
  const request = { key, selector: key.type, domain: 'd0.example.com' }
  return message => {
    const signing = new Signer({ requests: [request], now: SIGNED_AT })
    signing.write(message)
    return signing.end().fields[0].length > 0
  }
}
