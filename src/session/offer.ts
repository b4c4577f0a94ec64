import type { SessionContext } from './context.ts'
import type { Mine } from './reconcile.ts'
import type { Stored } from './record-store.ts'

/** How often a record that can't be written is tried before it is left unsaved for the time being. */
const WRITE_TRIES = 3

/**
 * Offers a record to the storage; `null` if it can't be written however often it is tried. Of a session that its user has
 * ended meanwhile the tombstone is offered instead: the storage may have lost it.
 */
export async function offer(context: SessionContext, given: Mine, stored?: Stored): Promise<Stored | null> {
  const { mine: held } = context.state
  const isEnded = held.record?.ended === 'deleted' && held.record.session === given.record?.session
  const mine = isEnded ? held : given
  for (let tries = 0; tries < WRITE_TRIES; tries++) {
    try {
      return await context.store.settle(mine, context.backend.supersedes, tries ? undefined : stored)
    } catch {
      // The storage has told of it.
    }
  }
  return null
}

/** Offers a record under the lock, if it is to be had within `waitMs`. */
export function offerLocked(context: SessionContext, mine: Mine, waitMs: number): Promise<Stored | null> {
  return context.store.preferably(() => offer(context, mine), waitMs)
}
