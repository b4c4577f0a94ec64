import { LatchkeyError } from '../errors/latchkey-error.ts'
import { NetworkError } from '../errors/network-error.ts'
import { completeTokens, type SessionContext } from './context.ts'
import { freshnessOf } from './freshness.ts'
import type { SessionBackend, TokenSet } from './protocol.ts'
import { endRecord, isLive, type LiveRecord, type SessionRecord } from './record.ts'
import { MOST_RACES_LOST } from './record-store.ts'

/** Signing out waits for the lock for so long, in milliseconds, and goes on without it. */
export const SIGN_OUT_LOCK_WAIT_MS = 2000

/** What became of the tokens on the server. */
export interface EndResult {
  /** The server no longer takes them. `false` also where the API has no way to say so. */
  readonly revoked: boolean
  /** Why they could not be revoked. */
  readonly error?: LatchkeyError
}

/**
 * Ends a session: here at once, then for all who share the storage, then on the server.
 *
 * The tombstone is written over the newest record, and that record's tokens are revoked: a refresh may have
 * replaced them meanwhile. A refresh that is still under way meets the tombstone, and revokes what it won.
 */
export async function signOut(
  context: SessionContext,
  record: LiveRecord,
  send: SessionBackend['revoke'],
): Promise<EndResult> {
  const { state, emit } = context
  state.put({ record: endRecord(record, 'deleted'), unsaved: 'change' }, () =>
    emit('ended', { reason: 'deleted' }),
  )
  const newest = await bury(context, record)
  return newest === null ? { revoked: false } : revoke(context, newest ?? record, send, newest !== undefined)
}

/** Writes the tombstone of a sign-out that the storage has not got, and revokes what it is written over. */
export async function finishSignOut(context: SessionContext, tombstone: SessionRecord): Promise<void> {
  const newest = await bury(context, tombstone)
  if (newest) await revoke(context, newest, context.backend.revoke)
}

/**
 * Writes the tombstone, and answers the newest record of the session that it was written over.
 *
 * @param mayReplace what is stored may give way to it. Default: the session, what it took the place of, and nothing:
 *   who still holds the session is to hear of its end
 * @returns `null`: the session had ended before. `undefined`: the storage doesn't have it, or could not be asked.
 */
export async function bury(
  context: SessionContext,
  record: SessionRecord,
  mayReplace: (theirs: SessionRecord | null) => boolean = (theirs) =>
    !theirs || theirs.session === record.session || record.replaces.includes(theirs.session),
): Promise<LiveRecord | null | undefined> {
  const { store, state } = context
  const write = async (): ReturnType<typeof bury> => {
    for (let race = 0; race < MOST_RACES_LOST; race++) {
      const stored = await store.read(true)
      const theirs = stored.record
      if (!mayReplace(theirs)) return undefined
      // What memory holds may never have got into the storage.
      const isNewest = theirs?.session === record.session && theirs.generation >= record.generation
      const newest = isNewest ? theirs : record
      const tombstone = endRecord(newest, 'deleted')
      if (!(await store.replace(stored.raw, tombstone))) continue
      state.buried(tombstone)
      if (!theirs) return undefined
      return isLive(newest) ? newest : null
    }
    return undefined
  }
  return store.preferably(write, SIGN_OUT_LOCK_WAIT_MS).catch(() => undefined)
}

/**
 * Revokes tokens on the server, and renews them for it once if that is what it takes.
 *
 * @param areNewest nobody has renewed them already
 */
export async function revoke(
  context: SessionContext,
  { tokens, pending }: LiveRecord,
  send: SessionBackend['revoke'],
  areNewest = true,
): Promise<EndResult> {
  const { backend } = context
  if (!send) return { revoked: false }
  // Where a refresh is under way, a second one would cost what the first one wins.
  const renewable = areNewest && pending === null && backend.renewable?.(tokens) !== false
  const renewed = async (before: TokenSet): Promise<TokenSet> =>
    completeTokens((await backend.refresh(before)).tokens, context, before)
  const over = (error: unknown): boolean =>
    /revoked|expired|stale/.test(backend.judge(error, 'revoke').verdict)
  try {
    const isExpired = renewable && freshnessOf(tokens, context) === 'expired'
    const latest = isExpired ? await renewed(tokens) : tokens
    await send(latest).catch(async (error: unknown) => {
      // A token that came back unchanged may have run out since.
      if (!renewable || !over(error)) throw error
      await send(await renewed(latest))
    })
    return { revoked: true }
  } catch (error) {
    if (renewable && over(error)) return { revoked: true }
    return { revoked: false, error: error instanceof LatchkeyError ? error : new NetworkError('Not revoked') }
  }
}
