import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import '../../examples/unit-testing/with-vitest.ts'

const run = promisify(execFile)
const place = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const cwd = place('../../examples/unit-testing')

/** Runs an example's tests in a process of their own, and answers what they printed. */
async function output(...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(process.execPath, args, { cwd, env: { ...process.env, CI: 'true' } })
  return stdout + stderr
}

it('an app tested with node:test has nothing to mock', async () => {
  const printed = await output('--import', place('resolve-source.mjs'), '--test', 'with-node-test.ts')
  expect(printed).toMatch(/pass 1\n/)
})

it('an app tested with Jest needs what is in the example, and no more', async () => {
  const sources = {
    '^latchkey$': place('../../src/index.ts'),
    '^latchkey/testing$': place('../../src/testing/index.ts'),
  }
  const jest = fileURLToPath(import.meta.resolve('jest/bin/jest'))
  const printed = await output(
    '--experimental-vm-modules',
    jest,
    '--no-cache',
    `--moduleNameMapper=${JSON.stringify(sources)}`,
  )
  expect(printed).toMatch(/Tests: +1 passed, 1 total/)
}, 60_000)
