// How stdout is written to: in colour or not, and how wide.

import { type Style, styleFor } from '../../report/text/style.js'
import type { Context } from '../context.js'

/** `option` is that of --color and --no-color. */
export function stdoutStyle({ stdout, env }: Context, option?: boolean): Promise<Style> {
  return styleFor({ option, env, isTTY: stdout.isTTY === true, columns: terminalColumns(stdout) })
}

/** For a file in the place of stdout. */
export function fileStyle({ env }: Context, option?: boolean): Promise<Style> {
  return styleFor({ option, env, isTTY: false })
}

export function terminalColumns({ isTTY, columns }: Context['stdout']): number | undefined {
  return isTTY === true ? columns : undefined
}
