import type { Case } from './check.ts'
import { clientCases } from './client-cases.ts'
import { networkCases } from './network-cases.ts'
import { sessionCases } from './session-cases.ts'
import { fileCases, storageCases } from './storage-cases.ts'

/** Where a run may go. */
export interface Place {
  /** Where a SaferMe listens. */
  readonly url: string
  /** An empty folder. Absent: there are no files. */
  readonly folder?: string
}

/** What came of a run. */
export interface Report {
  /** How many cases were run. */
  readonly cases: number
  /** How many of them are about files. */
  readonly files: number
  /** The cases that failed, with why. */
  readonly failures: readonly string[]
}

/** Runs the core of the test suite, one case after the other. */
export async function report({ url, folder }: Place): Promise<Report> {
  const files = folder === undefined ? [] : fileCases(folder)
  const cases = [...sessionCases, ...clientCases, ...storageCases, ...networkCases(url), ...files]
  const failures: string[] = []
  for (const one of cases) failures.push(...(await failuresOf(one)))
  return { cases: cases.length, files: files.length, failures }
}

async function failuresOf({ name, run }: Case): Promise<readonly string[]> {
  try {
    await run()
    return []
  } catch (error) {
    return [`${name}: ${error instanceof Error ? (error.stack ?? error.message) : error}`]
  }
}
