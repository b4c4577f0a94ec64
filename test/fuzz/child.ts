import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Attack } from './attack.ts'

/** Children that hang are ended after so long, in milliseconds. */
const LONGEST_LIFE_MS = 3_600_000

/**
 * Runs an attack in a process of its own, for what it does to it: a module of `children` that prints how many cases
 * it tried, and fails otherwise.
 *
 * @param options for Node
 */
export function inChild(module: string, ...options: readonly string[]): Attack['run'] {
  const path = fileURLToPath(new URL(`children/${module}.ts`, import.meta.url))
  return (seed, cases) =>
    new Promise((resolve, reject) => {
      const args = [...options, path, String(seed), String(cases)]
      execFile(process.execPath, args, { timeout: LONGEST_LIFE_MS }, (error, stdout, stderr) => {
        const tried = Number(stdout)
        if (error || !(tried > 0)) reject(new Error(`${module}: ${stderr}${stdout}`, { cause: error }))
        else resolve(tried)
      })
    })
}

/** What a child was told: the seed and how many cases to try. */
export function toldToChild(): readonly [seed: number, cases: number] {
  return [Number(process.argv[2]), Number(process.argv[3])]
}
