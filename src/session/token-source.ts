import { NoSessionError } from '../errors/no-session-error.ts'
import { SessionEndedError } from '../errors/session-ended-error.ts'
import { TimeoutError } from '../errors/timeout-error.ts'
import { withDeadline } from '../support/deadline.ts'
import { sleep } from '../support/timer.ts'
import type { SessionContext } from './context.ts'
import { coolDownLeft } from './cool-down.ts'
import { freshnessOf } from './freshness.ts'
import type { RefreshOutcome } from './outcome.ts'
import { isLive, type LiveRecord, type SessionRecord } from './record.ts'
import type { Refresher } from './refresher.ts'
import type { StorageSync } from './storage-sync.ts'
import { isHidden } from './wake.ts'

/** What a request is sent with: tokens, and the session that the request belongs to from then on. */
export type Lease = Pick<LiveRecord, 'session' | 'tokens'>

/** A wait, with an end. */
export interface Patience {
  /** When it is over, by the monotonic clock, in milliseconds. */
  readonly end: number
  readonly signal?: AbortSignal | undefined
}

/** A token that is refused right after a refresh is not refreshed again for so long, in milliseconds, if its life is not known. */
const REFUSED_FOR_MS = 300_000
/** Between a refresh that changed nothing and the next one, in milliseconds. */
const SHORTEST_REST_MS = 100

/**
 * Hands out tokens.
 *
 * 1. No session in memory: read the storage. None there: there is no session.
 * 2. A fresh token: hand it out, from memory.
 * 3. Inside the window: as the protocol's `early` says. Whatever comes of it, the token serves while it is good.
 * 4. Expired, or refused: wait for the shared refresh, within the caller's patience.
 * 5. Whoever began with a session never gets a token of another.
 */
export class TokenSource {
  readonly #context: SessionContext
  readonly #refresher: Refresher<unknown>
  readonly #sync: StorageSync
  /** A token whose refusal stands: it had just been renewed, or can't be. Refreshing it would change nothing. */
  #stubborn: { readonly token: string; readonly until: number } | undefined

  constructor(context: SessionContext, refresher: Refresher<unknown>, sync: StorageSync) {
    this.#context = context
    this.#refresher = refresher
    this.#sync = sync
  }

  /** The token, where it can be had from memory. */
  ready(): Lease | undefined {
    const { state, store } = this.#context
    const { record } = state
    if (!isLive(record) || !store.undisturbed || freshnessOf(record.tokens, this.#context) !== 'fresh')
      return undefined
    if (state.mine.unsaved) this.#sync.save()
    return record
  }

  /**
   * A token that is good now.
   *
   * @param session the session that the caller began with; absent: whichever there is
   * @param refused a token that is no good, whatever its expiry says
   */
  async acquire(patience: Patience, session?: string, refused?: string): Promise<Lease> {
    const first = await this.#current(patience)
    const bound = session ?? first?.session
    if (bound === undefined || (session === undefined && !isLive(first))) throw new NoSessionError()
    for (;;) {
      const record = this.#living(bound)
      const isRefused = record.tokens.accessToken === refused
      const freshness = isRefused ? 'expired' : freshnessOf(record.tokens, this.#context)
      const aging = freshness === 'aging'
      if (freshness === 'fresh' || (aging && (this.#servesAging(record) || this.#over(patience))))
        return record
      const outcome = await this.#refreshed(record, !aging, patience, isRefused ? refused : undefined).catch(
        (error: unknown) => {
          // A token that still works is better than none in time.
          if (!aging || !this.#over(patience)) throw error
        },
      )
      if (!outcome) continue
      if (outcome.kind === 'transient') {
        if (aging) return this.#living(bound)
        if (!outcome.mayPass) throw outcome.error
      }
      if (outcome.kind === 'unchanged') return this.#living(bound)
      // Nothing has come of it: whatever is the matter, the next look doesn't follow at once.
      if (this.#context.state.record === record) await this.#rest(SHORTEST_REST_MS, patience)
    }
  }

  /**
   * What to try after the server refused a lease, or `null` if the refusal stands.
   *
   * @param mayRefresh the request has not been sent with a newer token than its first yet
   */
  async afterRefusal(
    { session, tokens }: Lease,
    mayRefresh: boolean,
    patience: Patience,
  ): Promise<Lease | null> {
    const refused = tokens.accessToken
    const { clock, serverClock } = this.#context
    const stubborn = this.#stubborn?.token === refused && clock.monotonic() < this.#stubborn.until
    // Where nothing will be refreshed, only the storage can tell that somebody else has replaced the token.
    const gaveUp = !mayRefresh || stubborn || !this.#refresher.renews(tokens)
    await (gaveUp ? this.#wait(this.#sync.restore(), patience) : this.#current(patience))
    if (this.#living(session).tokens.accessToken !== refused) return this.acquire(patience, session)
    if (gaveUp) {
      if (!stubborn) {
        const left = (tokens.expiresAt ?? 0) - serverClock.now()
        const believed = left > 0 && (serverClock.known || left < REFUSED_FOR_MS)
        this.#stubborn = { token: refused, until: clock.monotonic() + (believed ? left : REFUSED_FOR_MS) }
      }
      return null
    }
    const lease = await this.acquire(patience, session, refused)
    return lease.tokens.accessToken === refused ? null : lease
  }

  /** Refreshes now, and answers how that went. */
  async refresh(patience: Patience): Promise<RefreshOutcome> {
    const record = await this.#current(patience)
    if (!isLive(record)) throw new NoSessionError()
    return this.#wait(this.#refresher.refresh(record.session, record.tokens.accessToken), patience)
  }

  /** Inside the window: the token is handed out as it is, and perhaps renewed behind the caller's back. */
  #servesAging(record: LiveRecord): boolean {
    const { backend, store } = this.#context
    if (backend.early === 'never' || coolDownLeft(record, this.#context) > 0) return true
    if (backend.renewable?.(record.tokens) === false) return true
    if (!backend.repeatable && !store.guardsRefreshes) return true
    // A hidden page may be frozen between the server's answer and the writing of it.
    if (!backend.repeatable && isHidden() && !this.#refresher.flight) return true
    if (backend.early === 'wait') return false
    this.#refresher.refresh(record.session).catch(() => {})
    return true
  }

  /** Waits for the shared refresh, or for its cool-down first; `undefined`: something has changed meanwhile. */
  async #refreshed(
    record: LiveRecord,
    expired: boolean,
    patience: Patience,
    refused: string | undefined,
  ): Promise<RefreshOutcome | undefined> {
    const { clock, state } = this.#context
    const coolDown = coolDownLeft(record, this.#context)
    if (expired && coolDown > 0 && !this.#refresher.flight) {
      const pointless = this.#refresher.lastFailure?.mayPass === false
      if (pointless || clock.monotonic() + coolDown >= patience.end) throw this.#tooLate()
      await this.#rest(coolDown, patience)
      return undefined
    }
    const flight = this.#refresher.refresh(record.session, refused)
    return this.#wait(Promise.race([flight, state.changed().then(() => undefined)]), patience)
  }

  /** The record that counts. What is in memory costs no deadline. */
  async #current(patience: Patience): Promise<SessionRecord | null> {
    if (patience.signal?.aborted) throw patience.signal.reason
    const { state, store } = this.#context
    const { record } = state
    return isLive(record) && store.undisturbed ? record : this.#wait(this.#sync.current(), patience)
  }

  /** Waits so long, in milliseconds, unless something changes before. */
  async #rest(ms: number, patience: Patience): Promise<void> {
    const { clock, state } = this.#context
    const over = new AbortController()
    const rest = sleep(clock, ms, over.signal).catch(() => {})
    await this.#wait(Promise.race([rest, state.changed()]), patience).finally(() => over.abort())
  }

  #living(session: string): LiveRecord {
    const { record, snapshot } = this.#context.state
    if (record?.session !== session) throw new SessionEndedError('superseded')
    if (!isLive(record)) throw new SessionEndedError(snapshot.reason ?? 'lost')
    return record
  }

  #wait<T>(what: Promise<T>, { end, signal }: Patience): Promise<T> {
    const { clock } = this.#context
    const ms = Math.max(0, end - clock.monotonic())
    // Whoever gives up before it rejects has nobody left to hear of it.
    what.catch(() => {})
    return withDeadline(clock, { ms, signal, error: () => this.#tooLate() }, () => what)
  }

  #over({ end }: Patience): boolean {
    return this.#context.clock.monotonic() >= end
  }

  #tooLate(): Error {
    return this.#refresher.lastFailure?.error ?? new TimeoutError('No access token was to be had in time')
  }
}
