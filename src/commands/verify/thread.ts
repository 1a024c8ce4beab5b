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
  // A group that waits for DNS holds up the results of the next ones, and not their questions.
  let before: Promise<void> = Promise.resolve()
  parentPort?.on('message', (group: PackedGroup) => {
    const judged = judge(group)
    before = before.then(async () => parentPort?.postMessage(await judged))
  })
}

void runThread()
