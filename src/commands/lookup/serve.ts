// --serve: the embedded name server, until interrupted.

import { unwatchFile, watchFile } from 'node:fs'
import { isIP } from 'node:net'
import { startServer } from '../../core/dns/server.js'
import type { Zone } from '../../core/dns/zone.js'
import { DkimError } from '../../core/errors.js'
import type { Context } from '../context.js'
import { openZone } from '../dns.js'
import { EXIT_CODES, type ExitCode } from '../exit-code.js'
import { say } from '../stderr.js'
import type { LookupOptions } from './options.js'

/** How often the zone files are checked for changes. */
const RELOAD_MILLISECONDS = 250

export async function runServe(context: Context, options: LookupOptions): Promise<ExitCode> {
  const { address, port } = readListenAddress(options.serve!)
  const files = options.dnsFile ?? []
  if (files.length === 0) {
    throw new DkimError('usage', 'there is nothing to serve', 'give the records with --dns-file FILE')
  }
  if (!isLoopback(address)) {
    say(context, 'warning', `${address} may be reachable from other machines: this server is for demos and tests only`)
  }
  let zone = await openZone(files)
  const server = await startServer({ zone: () => zone, address, port })
  const stopWatching = watch(context, files, next => {
    zone = next
  })
  context.stdout.write(`${server.nameserver}\n`)
  await new Promise<void>(resolve => {
    if (context.signal.aborted) resolve()
    context.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  stopWatching()
  await server.close()
  return EXIT_CODES.ok
}

function readListenAddress(text: string): { address: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([0-9.]+)|(localhost)):(\d{1,5})$/.exec(text)
  const address = match?.[3] === undefined ? (match?.[1] ?? match?.[2] ?? '') : '127.0.0.1'
  const port = Number(match?.[4])
  if (isIP(address) !== 0 && port <= 65_535) return { address, port }
  throw new DkimError(
    'usage',
    `${text} is not a listen address`,
    '--serve 127.0.0.1:5300, or [::1]:5300; port 0 is any free one',
  )
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}

/** A changed file takes effect at once; one that is broken for the moment does not. */
function watch(context: Context, files: readonly string[], take: (zone: Zone) => void): () => void {
  const reload = (): void => {
    openZone(files).then(take, error => {
      if (!(error instanceof DkimError)) throw error
      say(context, 'warning', `${error.message}: still serving the previous records`)
    })
  }
  for (const file of files) watchFile(file, { interval: RELOAD_MILLISECONDS }, reload)
  return () => {
    for (const file of files) unwatchFile(file, reload)
  }
}
