import type { SessionContext } from './context.ts'
import { ANYBODY, isLive } from './record.ts'
import type { Stored } from './record-store.ts'

/**
 * Reads what is stored, and notes what it lacks.
 *
 * @param locked the lock is held
 * @throws {StorageError} It can't be read.
 */
export async function readNoting(context: SessionContext, locked?: boolean): Promise<Stored> {
  const stored = await context.store.read(locked)
  noteAbsence(context, stored)
  return stored
}

/**
 * Notes that the storage has lost the session, or what it last held of it. That may have been newer than what this
 * client holds, and whoever won it may yet write it back: until a refresh succeeds, a refusal is no proof of
 * anything else.
 */
function noteAbsence({ state, backend, serverClock }: SessionContext, { record: theirs }: Stored): void {
  const { record, unsaved } = state.mine
  if (backend.repeatable || !isLive(record) || record.pending?.by === ANYBODY || unsaved === 'session') return
  const isBehind =
    theirs?.session === record.session
      ? theirs.generation < record.generation && !unsaved
      : !theirs || record.replaces.includes(theirs.session)
  if (!isBehind) return
  state.mark({ ...record, pending: { by: ANYBODY, at: serverClock.now() } })
}
