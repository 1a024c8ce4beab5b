// The entry of a verifying thread: opens its own files, asks DNS through the main thread, and sends back what is to be written.

import { parentPort, workerData } from 'node:worker_threads'
import { openResolver } from '../dns.js'
import { openGroupJudge, type PackedGroup } from './group.js'
import type { ThreadData } from './pool.js'
import { threadResolver } from './shared-dns.js'

async function runThread(): Promise<void> {
  const { dns, ...data } = workerData as ThreadData
  const judge = await openGroupJudge(data, context =>
    dns === null ? openResolver(context, data.options) : threadResolver(dns),
  )
  // One after the other: what is written belongs to the group that is being judged.
  let before: Promise<void> = Promise.resolve()
  parentPort?.on('message', (group: PackedGroup) => {
    before = before.then(async () => parentPort?.postMessage(await judge(group)))
  })
}

void runThread()
