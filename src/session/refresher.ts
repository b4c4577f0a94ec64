import { ConfigurationError } from '../errors/configuration-error.ts'
import { sleep } from '../support/timer.ts'
import { Aftermath } from './aftermath.ts'
import type { SessionContext } from './context.ts'
import { freshnessOf } from './freshness.ts'
import type { RefreshOutcome, TransientFailure } from './outcome.ts'
import type { TokenSet } from './protocol.ts'
import type { Reauthentication } from './reauthentication.ts'
import { isLive } from './record.ts'
import { RefreshAttempt } from './refresh-attempt.ts'
import { RESOLUTION_MS } from './server-clock.ts'

/** How long a token that came back unchanged is waited out before it is tried once more, in milliseconds. */
const LONGEST_EDGE_MS = 5000

const UNGUARDED =
  'Tokens in a cookie can not be refreshed safely on a server: keep an opaque id in the cookie, and the tokens in a storage that all servers share, through a SessionPool'

/**
 * The shared refresh: one a client, however many wait for it.
 *
 * - Whoever asks while one is under way joins it.
 * - What an attempt finds is taken into memory after the lock has been released; then everybody is told.
 * - A caller that gives up leaves; the refresh goes on for the others.
 */
export class Refresher<Resource> {
  readonly #context: SessionContext<unknown, Resource>
  readonly #look: () => Promise<void>
  readonly #reauthentication: Reauthentication<Resource> | undefined
  readonly #aftermath: Aftermath<Resource>
  #flight: Promise<RefreshOutcome<Resource>> | undefined
  /** The session that the flight is for. */
  #bound: string | undefined
  #closed = false

  constructor(
    context: SessionContext<unknown, Resource>,
    look: () => Promise<void>,
    reauthentication: Reauthentication<Resource> | undefined,
  ) {
    this.#context = context
    this.#look = look
    this.#reauthentication = reauthentication
    this.#aftermath = new Aftermath(context, look)
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
    return this.#aftermath.lastFailure
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
    if (!isLive(record) || (refused === undefined && freshnessOf(record.tokens, this.#context) === 'fresh'))
      return outcome
    const left = Math.max(0, (record.tokens.expiresAt ?? 0) - this.#context.serverClock.now())
    if (left > LONGEST_EDGE_MS) return outcome
    // Up to a second more than is told may be left.
    await sleep(this.#context.clock, left + RESOLUTION_MS)
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
      failures: this.#aftermath.failures,
      lastError: this.#aftermath.lastFailure?.error,
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
      return await this.#aftermath.take(next, session, version)
    } catch (error) {
      if (waiting.signal.aborted) return this.#aftermath.standing(session)
      return this.#aftermath.broken(error)
    } finally {
      unwatch()
      for (const callback of deferred) callback()
    }
  }

  /** The wait for the lock has become pointless. */
  #overtaken(session: string, refused: string | undefined): boolean {
    const { record } = this.#context.state
    if (record?.session !== session || !isLive(record)) return true
    return record.tokens.accessToken !== refused && freshnessOf(record.tokens, this.#context) === 'fresh'
  }
}
