import type { Scheduler } from 'fast-check'
import type { FakeClock } from 'latchkey/testing'

/** Between two looks at what is waited for, in milliseconds. */
const LOOK_MS = 100

/**
 * A `fetch` whose answers come in the order that the scheduler likes. Its own `scheduleFunction` writes every request
 * and answer out for a report, which takes ten times as long as the test.
 */
export function scheduledFetch(
  scheduler: Scheduler,
  fetch: typeof globalThis.fetch,
): typeof globalThis.fetch {
  return async (...request) => {
    const answer = fetch(...request)
    await scheduler.schedule(
      answer.then(() => {}),
      'answer',
    )
    return answer
  }
}

/** Lets everything happen that the scheduler knows of, and time pass where nothing does, until a promise has settled. */
export async function untilSettled<T>(
  scheduler: Scheduler,
  clock: FakeClock,
  promise: Promise<T>,
): Promise<T> {
  let settled = false
  const settle = (): void => {
    settled = true
  }
  promise.then(settle, settle)
  for (await scheduler.waitIdle(); !settled; await scheduler.waitIdle()) await clock.advance(LOOK_MS)
  return promise
}
