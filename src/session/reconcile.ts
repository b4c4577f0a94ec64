import type { SessionPolicy } from './protocol.ts'
import type { SessionRecord } from './record.ts'

/** What a client holds in memory. */
export interface Mine {
  /** `null`: nothing. */
  readonly record: SessionRecord | null
  /** What of it the storage has never had: the whole session, or its latest change. `null`: nothing. */
  readonly unsaved: 'session' | 'change' | null
}

/**
 * The one order between what a client holds and what the storage held after the client's last write. For
 * restoring, notices, locked reads, the read before an end and waking alike:
 *
 * - Absence means that the storage lost it: ours stands.
 * - A different session replaces ours, unless ours has replaced it, or is a sign-in that was never saved; and even
 *   then if it has replaced ours.
 * - Within a session, the user's sign-out beats everything.
 * - Then the higher generation beats the lower. What the server said of a generation says nothing of the next one.
 * - Within a generation, an end beats tokens, and else the stored one stands, unless the protocol knows better.
 */
export function reconcile(
  { record: mine, unsaved }: Mine,
  theirs: SessionRecord | null,
  supersedes?: SessionPolicy['supersedes'],
): 'mine' | 'theirs' {
  if (!mine) return 'theirs'
  if (!theirs) return 'mine'
  if (mine.session !== theirs.session) {
    if (theirs.replaces.includes(mine.session)) return 'theirs'
    const isNewer = mine.replaces.includes(theirs.session) || (unsaved === 'session' && !mine.ended)
    return isNewer ? 'mine' : 'theirs'
  }
  if (mine.ended === 'deleted') return 'mine'
  if (theirs.ended === 'deleted') return 'theirs'
  if (mine.generation !== theirs.generation) return mine.generation > theirs.generation ? 'mine' : 'theirs'
  if (!mine.tokens || !theirs.tokens) return theirs.tokens ? 'mine' : 'theirs'
  return supersedes?.(mine.tokens, theirs.tokens) ? 'mine' : 'theirs'
}
