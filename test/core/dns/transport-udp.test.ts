import { describe, expect, it } from 'vitest'
import { exchangeUdp } from '../../../src/core/dns/transport-udp.js'

describe('exchangeUdp', () => {
  it('rejects where connecting fails, as it does without a route', async () => {
    // The broadcast address may not be connected to: the same error as in a machine without a network.
    const server = { address: '255.255.255.255', port: 53 }
    const exchange = exchangeUdp(server, Buffer.alloc(12), new AbortController().signal)
    await expect(exchange).rejects.toMatchObject({ status: 'network' })
  })
})
