import type { Clock } from '../support/clock.ts'
import { startTimer } from '../support/timer.ts'

/** Something that is looked at now and then. */
export interface Polling {
  /** Looks now. */
  readonly look: () => void
  /** Looks no more. */
  readonly stop: () => void
}

/**
 * Looks at once and every `everyMs` milliseconds, and calls `changed` when what is seen differs, and once when it is
 * first seen: what happened just before can't be told. It keeps no process alive.
 */
export function poll(
  clock: Clock,
  everyMs: number,
  see: () => Promise<unknown>,
  changed: () => void,
): Polling {
  const nothing = {}
  let seen: unknown = nothing
  let looking = false
  let again = false
  let stopped = false
  let stopWaiting = (): void => {}
  const look = async (): Promise<void> => {
    again = looking
    if (looking || stopped) return
    looking = true
    stopWaiting()
    const found = await see().catch(() => seen)
    looking = false
    if (stopped) return
    if (found !== seen) {
      seen = found
      changed()
    }
    if (again) return look()
    stopWaiting = startTimer(clock, everyMs, () => void look(), true)
  }
  void look()
  return {
    look: () => void look(),
    stop: () => {
      stopped = true
      stopWaiting()
    },
  }
}
