import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: join(import.meta.dirname, '..', '..'),
  test: {
    include: ['test/interop/*.interop.ts'],
    testTimeout: 60_000,
    hookTimeout: 300_000,
    globalSetup: ['test/support/build.ts'],
  },
})
