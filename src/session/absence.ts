import type { SessionContext } from './context.ts'
import { ANYBODY, isLive } from './record.ts'
import type { Stored } from './record-store.ts'

/**
 * Notes that the storage has lost the session, or what it last held of it. That may have been newer than what this
 * client holds, and whoever won it may yet write it back: until a refresh succeeds, a refusal is no proof of
 * anything else.
 */
export function noteAbsence(
  { state, backend, serverClock }: SessionContext,
  { record: theirs }: Stored,
): void {
  const { record, unsaved } = state.mine
  if (backend.repeatable || !isLive(record) || record.pending || unsaved === 'session') return
  const isBehind =
    theirs?.session === record.session
      ? theirs.generation < record.generation && !unsaved
      : !theirs || record.replaces.includes(theirs.session)
  if (!isBehind) return
  state.mark({ ...record, pending: { by: ANYBODY, at: serverClock.now() } })
}
