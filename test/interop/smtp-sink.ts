// The next mail server, on loopback: takes every message that mail software sends on, and keeps it as it came (RFC 5321).

import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'

export class SmtpSink {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #messages: Buffer[] = []

  constructor() {
    this.#server = createServer(socket => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
      socket.on('error', () => undefined)
      serve(socket, message => this.#messages.push(message))
    })
  }

  /** The port that it listens on. */
  async start(): Promise<number> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the sink has no port')
    return address.port
  }

  /** The next message, CRLF, dots unstuffed; an error where none comes in time. */
  async next(milliseconds: number): Promise<Buffer> {
    const end = Date.now() + milliseconds
    while (this.#messages.length === 0) {
      if (Date.now() > end) throw new Error('no message came out')
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    return this.#messages.shift()!
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise(resolve => this.#server.close(resolve))
  }
}

function serve(socket: Socket, deliver: (message: Buffer) => void): void {
  let pending = ''
  let data: string | null = null
  socket.write('220 sink.test ESMTP\r\n')
  socket.on('data', chunk => {
    pending += chunk.toString('latin1')
    for (let end = pending.indexOf('\r\n'); end !== -1; end = pending.indexOf('\r\n')) {
      const line = pending.slice(0, end)
      pending = pending.slice(end + 2)
      if (data === null) {
        if (/^DATA/i.test(line)) data = ''
        socket.write(replyTo(line))
      } else if (line === '.') {
        deliver(Buffer.from(data, 'latin1'))
        data = null
        socket.write('250 kept\r\n')
      } else data += `${line.startsWith('.') ? line.slice(1) : line}\r\n`
    }
  })
}

function replyTo(line: string): string {
  if (/^EHLO/i.test(line)) return '250-sink.test\r\n250 8BITMIME\r\n'
  if (/^DATA/i.test(line)) return '354 go on\r\n'
  return /^QUIT/i.test(line) ? '221 bye\r\n' : '250 ok\r\n'
}
