// The voice of the program on stderr: `dkim: error: …`, one line each.

import { visible } from '../report/text/style.js'
import type { Context } from './context.js'

/** One line on stderr. The text may contain untrusted names. */
export function say(context: Context, kind: 'error' | 'warning' | 'hint' | 'note', text: string): void {
  context.stderr.write(`dkim: ${kind}: ${visible(text)}\n`)
}
