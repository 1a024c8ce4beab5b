// The passphrase of an encrypted key: from a file, or asked for on the terminal without showing it. Never from argv.

import { openSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { ReadStream } from 'node:tty'
import { DkimError } from '../core/index.js'
import { visible } from '../report/style.js'
import type { Context } from './context.js'
import { readSecretFile } from './secret-file.js'

/** The first line of a file. */
export function passphraseFromFile(path: string): string {
  const [line = ''] = readSecretFile(path).bytes.toString('utf8').split(/\r?\n/)
  if (line === '')
    throw new DkimError('key-passphrase', `${path} holds no passphrase`, 'its first line is the passphrase')
  return line
}

/** Asks on the terminal itself, so that the message may come through stdin. */
export async function askPassphrase(key: string, context: Context): Promise<string> {
  const noTerminal = new DkimError(
    'key-passphrase',
    `${key} is encrypted`,
    'give the passphrase with --passphrase-file FILE',
  )
  if (!context.stderr.isTTY) throw noTerminal
  let terminal: ReadStream
  try {
    terminal = new ReadStream(openSync('/dev/tty', 'r'))
  } catch {
    throw noTerminal
  }
  context.stderr.write(`passphrase for ${visible(key)}: `)
  // readline with a deaf output edits the line but shows nothing of it.
  const deaf = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: terminal, output: deaf, terminal: true })
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve)
      lines.once('SIGINT', () => reject(noTerminal))
      lines.once('close', () => reject(noTerminal))
    })
  } finally {
    lines.close()
    terminal.destroy()
    context.stderr.write('\n')
  }
}
