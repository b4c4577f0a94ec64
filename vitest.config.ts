import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'

const source = (path: string): string => fileURLToPath(new URL(`src/${path}`, import.meta.url))

/** Real browsers, processes and servers, in real time: they want the machine to themselves. */
const REAL = [
  'test/browser/**/*.test.ts',
  'test/client/secrets-redis.test.ts',
  'test/processes/**/*.test.ts',
  'test/examples/{next-app,node-service,playground*,server-cookie}.test.ts',
  'test/storage/{cookies-browser,redis-*}.test.ts',
]

const [TEST_MS, REAL_TEST_MS] = [30_000, 60_000]

export default defineConfig({
  resolve: {
    alias: [
      { find: /^latchkey$/, replacement: source('index.ts') },
      { find: /^latchkey\/testing$/, replacement: source('testing/index.ts') },
    ],
  },
  test: {
    globalSetup: 'test/programs.ts',
    projects: [
      {
        extends: true,
        test: {
          name: 'fake',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...REAL],
          testTimeout: TEST_MS,
          maxWorkers: '100%',
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: REAL,
          testTimeout: REAL_TEST_MS,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
