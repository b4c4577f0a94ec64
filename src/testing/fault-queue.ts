import type { Fault } from './fault.ts'

interface QueuedFault {
  readonly operation: string
  readonly fault: Fault
  timesLeft: number
}

/** The faults that are still to come, first in, first out. */
export interface FaultQueue {
  /** Queues `fault` for the next `times` requests of `operation`; `*` for those of any. */
  add(operation: string, fault: Fault, times: number): void
  /** Answers the fault that a request of `operation` meets, if any, and counts it off. */
  take(operation: string): Fault | undefined
  /** Forgets all that are left. */
  clear(): void
}

export function faultQueue(): FaultQueue {
  let queue: QueuedFault[] = []
  return {
    add: (operation, fault, times) => {
      queue.push({ operation, fault, timesLeft: times })
    },
    take: (operation) => {
      const next = queue.find(
        (one) => one.timesLeft > 0 && (one.operation === operation || one.operation === '*'),
      )
      if (!next) return undefined
      next.timesLeft--
      return next.fault
    },
    clear: () => {
      queue = []
    },
  }
}
