import { ConfigurationError } from '../errors/configuration-error.ts'
import { LatchkeyError } from '../errors/latchkey-error.ts'
import type { ResponseValidationError } from '../errors/response-validation-error.ts'
import { StorageError } from '../errors/storage-error.ts'
import { sleep } from '../support/timer.ts'
import type { SessionContext } from './context.ts'
import { coolDownAfter } from './cool-down.ts'
import type { Finding } from './finding.ts'
import { freshnessOf } from './freshness.ts'
import { offer } from './offer.ts'
import type { RefreshOutcome, TransientFailure } from './outcome.ts'
import type { Grant, TokenSet } from './protocol.ts'
import type { Reauthentication } from './reauthentication.ts'
import { reconcile } from './reconcile.ts'
import { isLive, type LiveRecord } from './record.ts'
import type { Stored } from './record-store.ts'
import { RefreshAttempt } from './refresh-attempt.ts'

/** How long a token that came back unchanged is waited out before it is tried once more, in milliseconds. */
const LONGEST_EDGE_MS = 5000
/** The time that is left is told in whole seconds: up to another one may be, in milliseconds. */
const EDGE_RESOLUTION_MS = 1000
/** How long a late result waits for the lock, in milliseconds. */
const LATE_LOCK_WAIT_MS = 5000

const UNGUARDED =
  'Tokens in a cookie can not be refreshed safely on a server: keep an opaque id in the cookie, and the tokens in a storage that all servers share, through a SessionPool'

type Won<Resource> = Extract<Finding<Resource>, { kind: 'won' }>

/**
 * The shared refresh: one a client, however many wait for it.
 *
 * - Whoever asks while one is under way joins it.
 * - What an attempt finds is taken into memory after the lock has been released; then everybody is told.
 * - A result that came after the lock was lost is still offered.
 * - What was won for a session that has ended meanwhile is revoked.
 * - A caller that gives up leaves; the refresh goes on for the others.
 */
export class Refresher<Resource> {
  readonly #context: SessionContext<unknown, Resource>
  readonly #look: () => Promise<void>
  readonly #reauthentication: Reauthentication<Resource> | undefined
  #flight: Promise<RefreshOutcome<Resource>> | undefined
  /** The session that the flight is for. */
  #bound: string | undefined
  #closed = false
  #failures = 0
  #lastFailure: TransientFailure | undefined

  constructor(
    context: SessionContext<unknown, Resource>,
    look: () => Promise<void>,
    reauthentication: Reauthentication<Resource> | undefined,
  ) {
    this.#context = context
    this.#look = look
    this.#reauthentication = reauthentication
  }

  /** The refresh that is under way, if there is one. */
  get flight(): Promise<RefreshOutcome<Resource>> | undefined {
    return this.#flight
  }

  /** There is a way to new tokens: these can be renewed, or credentials are at hand. */
  renews(tokens: TokenSet): boolean {
    return this.#context.backend.renewable?.(tokens) !== false || this.#reauthentication !== undefined
  }

  /** How the last refresh failed, if it failed. */
  get lastFailure(): TransientFailure | undefined {
    return this.#lastFailure
  }

  /**
   * Joins the session's refresh that is under way, or starts one once that of another session is over.
   *
   * @param session the session that it is for
   * @param refused the access token that is no good, whatever its expiry says
   * @throws {ConfigurationError} No refresh is started any more, or none can be made safe. Whatever else happens is an outcome.
   */
  async refresh(session: string, refused?: string): Promise<RefreshOutcome<Resource>> {
    while (this.#flight && this.#bound !== session) await this.#flight
    if (!this.#flight) {
      if (this.#closed) throw new ConfigurationError('The session was closed')
      const { backend, store } = this.#context
      if (!backend.repeatable && !store.guardsRefreshes) throw new ConfigurationError(UNGUARDED)
      this.#bound = session
      this.#flight = this.#fly(session, refused).finally(() => {
        this.#flight = undefined
      })
    }
    return this.#flight
  }

  /** Starts no refresh any more, and waits for the one that must not be cut off. */
  async close(): Promise<void> {
    this.#closed = true
    if (!this.#context.backend.repeatable) await this.#flight
  }

  async #fly(session: string, refused: string | undefined): Promise<RefreshOutcome<Resource>> {
    const outcome = await this.#attempt(session, refused)
    if (outcome.kind !== 'unchanged') return outcome
    const { record } = this.#context.state
    if (!isLive(record) || (refused === undefined && this.#freshness(record) === 'fresh')) return outcome
    const left = Math.max(0, (record.tokens.expiresAt ?? 0) - this.#context.serverClock.now())
    if (left > LONGEST_EDGE_MS) return outcome
    await sleep(this.#context.clock, left + EDGE_RESOLUTION_MS)
    return this.#attempt(session, refused)
  }

  async #attempt(session: string, refused: string | undefined): Promise<RefreshOutcome<Resource>> {
    const { store } = this.#context
    const waiting = new AbortController()
    const deferred: (() => void)[] = []
    const unwatch = store.watch(() => {
      void this.#look().then(() => {
        if (this.#overtaken(session, refused)) waiting.abort()
      })
    })
    const task = {
      session,
      refused,
      failures: this.#failures,
      lastError: this.#lastFailure?.error,
      reauthenticates: this.#reauthentication !== undefined,
      signal: waiting.signal,
      afterwards: (callback: () => void): void => void deferred.push(callback),
    }
    try {
      const { version } = this.#context.state
      const finding = await new RefreshAttempt(this.#context, task).run()
      const next =
        finding.kind === 'refused' && this.#reauthentication
          ? await this.#reauthentication.instead(finding, task)
          : finding
      return await this.#take(next, session, version)
    } catch (error) {
      if (waiting.signal.aborted) return this.#standing(session)
      return this.#broken(error)
    } finally {
      unwatch()
      for (const callback of deferred) callback()
    }
  }

  /** The storage did not let it come to an attempt, or not to its end. */
  #broken(error: unknown): RefreshOutcome<Resource> {
    const { state, serverClock, clock } = this.#context
    const coolDownMs = coolDownAfter(this.#failures + 1, undefined, clock)
    if (state.record) state.mark({ ...state.record, notBefore: serverClock.now() + coolDownMs })
    const known = error instanceof LatchkeyError ? error : new StorageError('failed', 'The refresh failed')
    return this.#failed({ error: known, coolDownMs, mayPass: true })
  }

  /** The wait for the lock has become pointless. */
  #overtaken(session: string, refused: string | undefined): boolean {
    const { record } = this.#context.state
    if (record?.session !== session || !isLive(record)) return true
    return record.tokens.accessToken !== refused && this.#freshness(record) === 'fresh'
  }

  #freshness({ tokens }: LiveRecord): ReturnType<typeof freshnessOf> {
    return freshnessOf(tokens, this.#context.serverClock, this.#context.backend)
  }

  async #take(
    finding: Finding<Resource>,
    session: string,
    version: number,
  ): Promise<RefreshOutcome<Resource>> {
    const { state } = this.#context
    switch (finding.kind) {
      case 'won':
        return this.#won(finding, session, version)
      case 'unchanged':
        state.mark(finding.record, finding.saved)
        this.#succeeded()
        return { kind: 'unchanged', ...lifeOf(finding.record), ...this.#resource(finding.grant) }
      case 'stands':
        this.#meet(finding.stored, finding.version)
        return this.#standing(session)
      case 'failed':
        state.mark(finding.record, finding.saved)
        return this.#failed(finding)
      case 'refused':
      case 'ended':
        return this.#ended(finding, session, version)
    }
  }

  async #won(found: Won<Resource>, session: string, version: number): Promise<RefreshOutcome<Resource>> {
    const { state, backend } = this.#context
    const stands = found.late ? await this.#offerLate(found) : found.stands
    const kept = !stands || stands.record === found.record
    const wanted = state.record?.session === session && reconcile(state.mine, found.record) === 'theirs'
    if (kept && wanted) {
      const resource = this.#resource(found.grant)
      const life = lifeOf(found.record)
      this.#succeeded()
      state.put({ record: found.record, unsaved: stands ? null : 'change' }, () =>
        this.#context.emit('refreshed', { kind: 'refreshed', ...life, ...resource }),
      )
      return { kind: 'refreshed', ...life, ...resource }
    }
    if (stands && !kept) this.#meet({ ...stands, own: false }, version)
    // A tombstone or another session stands in its place; what is newer in the same session may stand on it.
    const over = stands ? !kept && !(stands.record?.session === session && stands.record.tokens) : !wanted
    if (over) await backend.revoke?.(found.record.tokens).catch(() => {})
    return this.#standing(session)
  }

  async #offerLate({ record }: Won<Resource>): Promise<Stored | null> {
    const mine = { record, unsaved: 'change' } as const
    return this.#context.store
      .exclusive(() => offer(this.#context, mine), { waitMs: LATE_LOCK_WAIT_MS })
      .catch(() => offer(this.#context, mine))
  }

  #ended(
    finding: Extract<Finding, { kind: 'ended' | 'refused' }>,
    session: string,
    version: number,
  ): RefreshOutcome<Resource> {
    const { state, emit } = this.#context
    if (finding.kind === 'ended' && state.record?.session === session) {
      const { record, stands } = finding
      if (stands && stands.record !== record) this.#meet({ ...stands, own: false }, version)
      else if (reconcile(state.mine, record) === 'theirs' && record.ended) {
        const reason = record.ended
        state.put({ record, unsaved: stands ? null : 'change' }, () => emit('ended', { reason }))
      }
    }
    return this.#standing(session)
  }

  #meet(stored: Stored, version: number): void {
    if (!this.#context.state.meet(stored, version)) void this.#look()
  }

  /** What became of the session, as memory now has it. */
  #standing(session: string): RefreshOutcome<Resource> {
    const { record, snapshot } = this.#context.state
    if (record?.session !== session) return { kind: 'superseded' }
    if (!isLive(record)) return { kind: 'ended', reason: snapshot.reason ?? 'lost' }
    this.#succeeded()
    return { kind: 'adopted', ...lifeOf(record) }
  }

  #succeeded(): void {
    this.#failures = 0
    this.#lastFailure = undefined
  }

  #failed({ error, coolDownMs, mayPass }: Omit<TransientFailure, 'kind'>): TransientFailure {
    if (error === this.#lastFailure?.error) return { ...this.#lastFailure, coolDownMs }
    this.#failures++
    this.#lastFailure = { kind: 'transient', error, coolDownMs, mayPass }
    this.#context.emit('refreshFailed', this.#lastFailure)
    return this.#lastFailure
  }

  /** The tokens are safe; a fault in the rest of the answer is told of, and costs nothing. */
  #resource(grant: Grant<Resource>): { readonly resource?: Resource } {
    try {
      return { resource: grant.resource() }
    } catch (error) {
      this.#context.emit('drift', { error: error as ResponseValidationError })
      return {}
    }
  }
}

function lifeOf({ tokens: { expiresAt } }: LiveRecord): { readonly expiresAt?: number } {
  return expiresAt === undefined ? {} : { expiresAt }
}
