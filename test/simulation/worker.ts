import { parentPort, workerData } from 'node:worker_threads'
import { breakEngine } from './broken-source.ts'
import type { Run } from './simulate.ts'

/** What a worker is to do: every `stride`th seed from `from` up to `to`, one after the other. */
export interface Work {
  readonly from: number
  readonly to: number
  readonly stride: number
  readonly breakage?: string | undefined
}

/** What a worker tells: of some seeds that held, or of one that did not. */
export type Report = { readonly seeds: number; readonly steps: number } | { readonly failed: Run }

/** Seeds are told of in lots of so many. */
const LOT = 20

const { from, to, stride, breakage } = workerData as Work
if (breakage) breakEngine(breakage)
// Nobody looks at where the many errors come from.
Error.stackTraceLimit = 0
const { simulate } = await import('./simulate.ts')

const tell = (report: Report): void => parentPort?.postMessage(report)
let lot = { seeds: 0, steps: 0 }
for (let seed = from; seed < to; seed += stride) {
  const run = await simulate(seed)
  lot = { seeds: lot.seeds + 1, steps: lot.steps + run.steps }
  const isLast = seed + stride >= to || run.violations.length > 0
  if (lot.seeds === LOT || isLast) {
    tell(lot)
    lot = { seeds: 0, steps: 0 }
  }
  if (run.violations.length) tell({ failed: run })
}
