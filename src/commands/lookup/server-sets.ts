// Which servers are compared, and how each is asked on its own.

import { createClient } from '../../core/dns/client.js'
import { isNameserver } from '../../core/dns/nameserver.js'
import { DkimError } from '../../core/errors.js'
import type { Connect } from '../../core/lookup/servers.js'
import type { LookupOptions } from './options.js'

/** Well-known open resolvers, v4 and v6. They learn the name that is asked for: only on demand. */
const PUBLIC_RESOLVERS = [
  '1.1.1.1',
  '8.8.8.8',
  '9.9.9.9',
  '2606:4700:4700::1111',
  '2001:4860:4860::8888',
  '2620:fe::fe',
]

/** For one server out of many: the others must not wait for it. */
const ONE_SERVER_TIME = 8_000

/** `public`, or addresses separated by commas. */
export function resolverSet(text: string): readonly string[] {
  if (text === 'public') return PUBLIC_RESOLVERS
  const servers = text.split(',').map(part => part.trim())
  const bad = servers.find(server => !isNameserver(server))
  if (bad === undefined) return servers
  throw new DkimError(
    'usage',
    `${bad || 'nothing'} is no name server address`,
    '--resolver-set takes public, or addresses separated by commas',
  )
}

export function resolverConnect({ timeout }: LookupOptions): Connect {
  return server => createClient({ nameservers: [server], timeout: timeout ?? ONE_SERVER_TIME })
}

export function authoritativeConnect({ timeout, serverPort }: LookupOptions): Connect {
  const port = serverPort ?? 53
  return address => {
    const server = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
    return createClient({ nameservers: [server], recursion: false, timeout: timeout ?? ONE_SERVER_TIME })
  }
}
