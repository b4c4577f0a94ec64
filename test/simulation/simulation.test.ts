import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { BREAKAGES } from './breakages.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const LONGEST_RUN_MS = 300_000

/** Runs the command that simulates, and answers what it printed and ended with. */
function simulate(...args: readonly string[]): Promise<{ printed: string; code: number }> {
  return new Promise((resolve) => {
    const options = { maxBuffer: 64 * 2 ** 20 }
    const child = execFile(process.execPath, [MAIN, ...args], options, (_, stdout, stderr) =>
      resolve({ printed: stdout + stderr, code: child.exitCode ?? -1 }),
    )
  })
}

it(
  'no session is lost in two thousand worlds in which everything goes wrong',
  async () => {
    const { printed, code } = await simulate('--seeds', '2000', '--from', '1')
    expect(code, printed.slice(-4000)).toBe(0)
    expect(printed).toContain('2,000 seeds from 1, 0 failing')
  },
  LONGEST_RUN_MS,
)

describe.for(BREAKAGES)('an engine with $what', ({ name }) => {
  it(
    'is caught, with a command that shows it again',
    async () => {
      const { printed, code } = await simulate('--seeds', '1000', '--from', '1', '--break', name)
      expect(code).toBe(1)
      expect(printed).toMatch(/Seed \d+ breaks \w+:/)
      expect(printed).toContain(`--break ${name}`)
    },
    LONGEST_RUN_MS,
  )
})
