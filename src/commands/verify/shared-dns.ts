// One DNS client for all threads of a run: a name that a thousand messages need is asked for once, whoever verifies them.

import type { MessagePort } from 'node:worker_threads'
import { noAnswer, type Resolver, type TxtAnswer } from '../../core/dns/resolver.js'

interface Question {
  readonly id: number
  readonly name: string
}

interface Reply {
  readonly id: number
  readonly answer: TxtAnswer
}

/** The main thread's side: answers what comes in through `port`. The port keeps no process alive. */
export function answerThread(port: MessagePort, resolver: Resolver, signal: AbortSignal): void {
  port.on('message', ({ id, name }: Question) => {
    void Promise.resolve(resolver.txt(name, signal)).then(answer => port.postMessage({ id, answer } satisfies Reply))
  })
  port.unref()
}

/** A thread's side. An answer that nobody waits for any more is dropped when it comes. */
export function threadResolver(port: MessagePort): Resolver {
  const waiting = new Map<number, (answer: TxtAnswer) => void>()
  let next = 0
  port.on('message', ({ id, answer }: Reply) => {
    waiting.get(id)?.(answer)
    waiting.delete(id)
  })
  return {
    txt: (name, signal) =>
      new Promise(resolve => {
        next += 1
        const id = next
        waiting.set(id, resolve)
        const onAbort = (): void => {
          if (waiting.delete(id)) resolve(noAnswer(name, 'timeout', 'aborted'))
        }
        signal?.addEventListener('abort', onAbort, { once: true })
        port.postMessage({ id, name } satisfies Question)
      }),
  }
}
