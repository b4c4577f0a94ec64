import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string): string => fileURLToPath(new URL(`src/${path}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^latchkey$/, replacement: source('index.ts') },
      { find: /^latchkey\/testing$/, replacement: source('testing/index.ts') },
    ],
  },
  test: { include: ['test/**/*.test.ts'], globalSetup: 'test/programs.ts', testTimeout: 30_000 },
})
