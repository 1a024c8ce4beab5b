// A spinner for what takes a while: on a terminal only, on stderr, and only when it really takes a while.

import { wantsColour } from '../../report/text/style.js'
import type { Context } from '../context.js'

const DELAY = 300

/** True where a person is watching stderr. */
export function isWatched({ stderr, env }: Context): boolean {
  return stderr.isTTY === true && (stderr.columns ?? 0) > 0 && env['TERM'] !== 'dumb' && !env['CI']
}

/** ora does not heed NO_COLOR by itself. */
async function loadSpinner({ stderr, env }: Context) {
  const { default: ora } = await import('ora')
  const color = wantsColour({ option: undefined, env, isTTY: true }) ? 'cyan' : false
  return (text: string) =>
    ora({ text, color, stream: stderr as unknown as NodeJS.WriteStream, discardStdin: false }).start()
}

/** Runs `work` and shows `text` beside a spinner if it is not done after a moment. */
export async function withSpinner<T>(context: Context, text: string, show: boolean, work: Promise<T>): Promise<T> {
  if (!show || !isWatched(context)) return await work
  let stop = (): void => undefined
  let done = false
  const timer = setTimeout(async () => {
    const ora = await loadSpinner(context)
    if (done) return
    const spinner = ora(text)
    stop = () => void spinner.stop()
  }, DELAY)
  try {
    return await work
  } finally {
    done = true
    clearTimeout(timer)
    stop()
  }
}

/** A spinner whose text changes while the work goes on. */
export interface Spinner {
  say(text: string): void
  stop(): void
}

/** Nothing is shown, and nothing loaded, where nobody watches or the work is done in a moment. */
export function openSpinner(context: Context, show: boolean): Spinner {
  if (!show || !isWatched(context)) return { say: () => undefined, stop: () => undefined }
  let text = ''
  let spinner: { text: string; stop(): unknown } | undefined
  let stopped = false
  const timer = setTimeout(async () => {
    const ora = await loadSpinner(context)
    if (!stopped) spinner = ora(text)
  }, DELAY)
  return {
    say(next) {
      text = next
      if (spinner !== undefined) spinner.text = next
    },
    stop() {
      stopped = true
      clearTimeout(timer)
      spinner?.stop()
    },
  }
}
