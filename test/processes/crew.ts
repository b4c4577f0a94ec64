import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Assignment, Order, Place, Report } from './worker.ts'

const PROGRAM = fileURLToPath(new URL('worker.ts', import.meta.url))
const REST_MS = 100

/** A report, by whom and when. */
export type Told = Report & { readonly worker: Worker; readonly at: number }

/** When a process could do nothing: from then until then. */
interface Span {
  readonly from: number
  to: number
}

/** One process, as its parent sees it. */
export interface Worker {
  readonly name: string
  readonly alive: boolean
  readonly stopped: boolean
  /** It could not work at some time from `from` to `to`. */
  wasOut(from: number, to: number): boolean
  order(order: Order): void
  /** Ends it without a last word. */
  kill(): Promise<void>
  /** Freezes it. */
  stop(): void
  /** Lets it go on. */
  resume(): void
  /** Asks it to end, and answers how it did: its exit code, or the signal that ended it. */
  end(): Promise<number | string | null>
}

/** Processes that share one session, and all that they told. */
export interface Crew {
  readonly told: readonly Told[]
  /** Those that live, in the order in which they were hired. */
  readonly workers: readonly Worker[]
  named(name: string | null): Worker | undefined
  hire(): Promise<Worker>
  /** Ends those that live, by force. */
  dismiss(): Promise<void>
}

export function hireCrew(baseUrl: string, place: Place): Crew {
  const told: Told[] = []
  const all: Worker[] = []
  return {
    told,
    get workers() {
      return all.filter(({ alive }) => alive)
    },
    named: (name) => all.find((worker) => worker.name === name),
    hire: async () => {
      const assignment = {
        name: `${place.kind}-${all.length}`,
        baseUrl,
        place,
        turn: all.length,
        restMs: REST_MS,
      }
      const { worker, ready } = start(assignment, (told_) => void told.push(told_))
      all.push(worker)
      await ready
      return worker
    },
    dismiss: async () => {
      await Promise.all(all.map((worker) => worker.kill()))
    },
  }
}

function start(assignment: Assignment, tell: (told: Told) => void) {
  const child: ChildProcess = fork(PROGRAM, [JSON.stringify(assignment)], { execArgv: ['--no-warnings'] })
  const exited = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string | null)
  const out: Span[] = []
  let alive = true
  let gone = Number.POSITIVE_INFINITY
  let stopped: Span | undefined
  const worker: Worker = {
    name: assignment.name,
    get alive() {
      return alive
    },
    get stopped() {
      return stopped !== undefined
    },
    wasOut: (from, to) => gone <= to || out.some((span) => span.from <= to && span.to >= from),
    order: (order) => void child.send(order),
    kill: async () => {
      gone = Math.min(gone, Date.now())
      alive = false
      child.kill('SIGKILL')
      await exited
    },
    stop: () => {
      stopped = { from: Date.now(), to: Number.POSITIVE_INFINITY }
      out.push(stopped)
      child.kill('SIGSTOP')
    },
    resume: () => {
      if (stopped) stopped.to = Date.now()
      stopped = undefined
      child.kill('SIGCONT')
    },
    end: () => {
      child.send('end' satisfies Order)
      return exited
    },
  }
  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', (report: Report) => {
      tell({ ...report, worker, at: Date.now() })
      if (report.kind === 'ready') resolve()
    })
    exited.then((code) => reject(new Error(`${assignment.name} ended with ${code} before it was ready`)))
  })
  return { worker, ready }
}
