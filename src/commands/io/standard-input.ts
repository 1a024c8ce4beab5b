// Standard input, and pipes that have a name, as chunks in one buffer: the streams of Node take a new one for each read.

import { fstatSync, readSync } from 'node:fs'
import type { SocketConstructorOpts } from 'node:net'
import type { Context } from '../context.js'
import { PIECE } from './byte-source.js'

type Stdin = Pick<Context, 'stdin' | 'stdinFd'>

/** True where somebody would have to type. */
export function isTerminal(context: Stdin): boolean {
  const { stdinFd } = context
  // Asked of the stream only where it can be one: opening the stream of a pipe would begin to read it.
  return (stdinFd === undefined || fstatSync(stdinFd).isCharacterDevice()) && context.stdin.isTTY === true
}

/** A chunk is valid until the next one is asked for. */
export function readStandardInput(context: Stdin): AsyncIterable<Buffer> {
  const { stdinFd } = context
  if (stdinFd === undefined) return context.stdin
  const stats = fstatSync(stdinFd)
  if (stats.isFile()) return readRegular(stdinFd)
  return stats.isFIFO() || stats.isSocket() ? readPipe(stdinFd) : context.stdin
}

/** From where the descriptor stands, which is not always the beginning. */
async function* readRegular(fd: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(PIECE)
  for (let count = readSync(fd, buffer); count > 0; count = readSync(fd, buffer)) yield buffer.subarray(0, count)
}

/** Chunks read synchronously if already available, before yielding to the event loop so signals are handled. */
const AT_ONCE = 32

/** Does not block: signals are heard while nothing comes. Closes the descriptor at the end, but for those of the process. */
export async function* readPipe(fd: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(PIECE)
  let filled = 0
  let ended = false
  let failure: Error | undefined
  let wake = (): void => undefined
  const onread = {
    buffer,
    // False: nothing more is read into the buffer until resume().
    callback: (count: number): boolean => {
      filled = count
      wake()
      return false
    },
  }
  // Loaded late: few runs read a pipe.
  const { Socket } = await import('node:net')
  const socket = new Socket({ fd, readable: true, writable: false, onread } as SocketConstructorOpts)
  socket.once('end', () => {
    ended = true
    wake()
  })
  socket.once('error', error => {
    failure = error
    wake()
  })
  try {
    while (failure === undefined) {
      if (filled > 0) {
        let count: number | null = filled
        filled = 0
        for (let read = 1; count !== null && count > 0; read += 1) {
          yield buffer.subarray(0, count)
          count = read < AT_ONCE ? readNow(fd, buffer) : null
        }
        if (count === 0) return
      } else if (ended) return
      else {
        await new Promise<void>(resolve => {
          wake = resolve
          socket.resume()
        })
      }
    }
    throw failure
  } finally {
    socket.destroy()
  }
}

/** What is there already, 0 at the end; null where the writer has to be waited for. The socket has made the descriptor one that does not block. */
function readNow(fd: number, buffer: Buffer): number | null {
  try {
    return readSync(fd, buffer)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return null
    throw error
  }
}
