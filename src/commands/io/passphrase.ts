// The passphrase of an encrypted key: from a file, or asked for on the terminal without showing it. Never from argv.

import { openSync } from 'node:fs'
import type { ReadStream } from 'node:tty'
import { DkimError } from '../../core/errors.js'
import { textBytes } from '../../core/syntax/text-file.js'
import { visible } from '../../report/text/style.js'
import type { Context } from '../context.js'
import { readSecretFile } from './small-file.js'

/** The first line of a file. */
export function passphraseFromFile(path: string): string {
  const { bytes } = readSecretFile(path, { what: 'passphrase' })
  const [line = ''] = Buffer.from(textBytes(bytes, path, 'key-passphrase'))
    .toString('utf8')
    .split(/\r?\n/)
  if (line === '')
    throw new DkimError('key-passphrase', `${path} contains no passphrase`, 'its first line is the passphrase')
  return line
}

/** Asks on the terminal itself, so that the message may come through stdin. */
export async function askPassphrase(key: string, context: Context): Promise<string> {
  const hint = 'pass the passphrase with --passphrase-file FILE'
  const fault = new DkimError('key-passphrase', `${key} is encrypted`, hint)
  const [passphrase = ''] = await askHidden([`passphrase for ${visible(key)}: `], context, fault)
  return passphrase
}

/** Asks twice: nobody sees what is typed. */
export async function askNewPassphrase(context: Context): Promise<string> {
  const fault = new DkimError('key-passphrase', 'no terminal to prompt for a passphrase', 'use --passphrase-file')
  const [first = '', second] = await askHidden(['new passphrase: ', 'repeat passphrase: '], context, fault)
  if (first === '')
    throw new DkimError('key-passphrase', 'the passphrase is empty', 'omit --encrypt for an unencrypted key')
  if (first === second) return first
  throw new DkimError('key-passphrase', 'the passphrases do not match', 'try again')
}

/** One answer for each prompt. */
async function askHidden(prompts: readonly string[], context: Context, fault: DkimError): Promise<string[]> {
  if (!context.stderr.isTTY) throw fault
  // Loaded late: few runs ask.
  const tty = await import('node:tty')
  const { createInterface } = await import('node:readline')
  const { Writable } = await import('node:stream')
  let terminal: ReadStream
  try {
    terminal = new tty.ReadStream(openSync('/dev/tty', 'r'))
  } catch {
    throw fault
  }
  // readline with a deaf output edits the line but shows nothing of it. It silences the terminal itself before the question is put.
  const deaf = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: terminal, output: deaf, terminal: true })
  try {
    return await new Promise<string[]>((resolve, reject) => {
      const answers: string[] = []
      const ask = (): void => void context.stderr.write(prompts[answers.length] ?? '')
      lines.on('line', line => {
        context.stderr.write('\n')
        if (answers.push(line) === prompts.length) resolve(answers)
        else ask()
      })
      for (const event of ['SIGINT', 'close'] as const) {
        lines.once(event, () => {
          context.stderr.write('\n')
          reject(fault)
        })
      }
      ask()
    })
  } finally {
    lines.removeAllListeners('close')
    lines.close()
    terminal.destroy()
  }
}
