// --from-message: the names that the signatures of one message ask for.

import { LineEndNormalizer } from '../../core/dkim/line-endings.js'
import { DkimError } from '../../core/errors.js'
import { LIMITS } from '../../core/limits.js'
import type { KeyName } from '../../core/lookup/key-name.js'
import { keysOfMessage } from '../../core/lookup/message-keys.js'
import type { Context } from '../context.js'
import { readInputs } from '../mail/input.js'
import { say } from '../stderr.js'

export async function messageKeyNames(
  context: Context,
  path: string,
): Promise<{ names: readonly KeyName[]; skipped: number }> {
  const { names, skipped } = keysOfMessage(await readHeader(context, path))
  if (skipped > 0)
    say(context, 'warning', `${skipped} signature${skipped === 1 ? '' : 's'} of ${path} name no key to look up`)
  return { names, skipped }
}

async function readHeader(context: Context, path: string): Promise<Buffer> {
  for await (const input of readInputs([path], context, { single: true, once: true })) {
    if (input.error !== undefined) throw input.error
    const chunks: Buffer[] = []
    let size = 0
    const lines = new LineEndNormalizer(chunk => {
      chunks.push(Buffer.from(chunk))
      size += chunk.length
    })
    for await (const chunk of input.chunks()) {
      lines.write(chunk)
      if (size > LIMITS.headerBytes) break
    }
    lines.end()
    return Buffer.concat(chunks)
  }
  throw new DkimError('input-unreadable', `${path} is not a message`, 'name the file of one message')
}
