// The command-line tests run the built program: build it once where it is older than its sources.
import { createRequire } from 'node:module'

export default function setup(): void {
  createRequire(import.meta.url)('../../scripts/fresh.cjs').ensureBuilt()
}
