import { ConfigurationError } from '../errors/configuration-error.ts'
import { LatchkeyError } from '../errors/latchkey-error.ts'
import type { ResponseValidationError } from '../errors/response-validation-error.ts'
import { SessionEndedError } from '../errors/session-ended-error.ts'
import { createEmitter } from '../support/emitter.ts'
import type { MaybePromise } from '../support/maybe-promise.ts'
import type { SessionContext } from './context.ts'
import { LONGEST_ASKED_MS } from './cool-down.ts'
import type { SessionEngineOptions } from './engine-options.ts'
import type { SessionEvents } from './events.ts'
import { KeepAlive } from './keep-alive.ts'
import type { RefreshOutcome } from './outcome.ts'
import type { Grant, GrantedTokens, SessionBackend } from './protocol.ts'
import { LONGEST_REFUSAL_MS, Reauthentication } from './reauthentication.ts'
import { isLive, mintId } from './record.ts'
import { RecordStore } from './record-store.ts'
import { Refresher } from './refresher.ts'
import { assertSendable } from './sendable-tokens.ts'
import { ServerClock } from './server-clock.ts'
import type { Session, WaitOptions } from './session.ts'
import { SessionState } from './session-state.ts'
import { SignIn } from './sign-in.ts'
import { type EndResult, signOut } from './sign-out.ts'
import { type SessionSnapshot, UNKNOWN_SNAPSHOT } from './snapshot.ts'
import { StorageAccess } from './storage-access.ts'
import { StorageSync } from './storage-sync.ts'
import { type Lease, type Patience, TokenSource } from './token-source.ts'
import { onWake } from './wake.ts'

/** The engine of one session. It knows no HTTP and no API; its constructor does no I/O. */
export class SessionEngine<Credentials, Resource, Extra> implements Session<Resource, Extra> {
  readonly #context: SessionContext<unknown, Resource>
  readonly #options: SessionEngineOptions<Credentials, Resource, Extra>
  readonly #events = createEmitter<SessionEvents>()
  readonly #refresher: Refresher<Resource>
  readonly #sync: StorageSync
  readonly #tokens: TokenSource
  readonly #signIn: SignIn<Resource>
  readonly #keepAlive: KeepAlive | undefined
  #watchers = 0
  #unwatch: (() => void) | undefined
  #closed = false

  constructor(options: SessionEngineOptions<Credentials, Resource, Extra>) {
    const { storage, key, clock, reauthenticate } = options
    const { emit } = this.#events
    const backend = options.backend as unknown as SessionBackend<unknown, Resource>
    const report = (error: SessionEvents['storageFailed']['error']): void => emit('storageFailed', { error })
    this.#options = options
    this.#context = {
      backend,
      clock,
      emit,
      serverClock: new ServerClock(clock),
      store: new RecordStore(new StorageAccess(storage, key, clock, report), backend.audience),
      state: new SessionState(emit, backend.supersedes, () => this.#sync.saveLater()),
      longestCoolDownMs: reauthenticate ? LONGEST_REFUSAL_MS : LONGEST_ASKED_MS,
      id: mintId(clock.random),
    }
    this.#sync = new StorageSync(this.#context)
    this.#refresher = new Refresher(
      this.#context,
      () => this.#sync.look(),
      reauthenticate && new Reauthentication(this.#context, reauthenticate),
    )
    this.#signIn = new SignIn(this.#context, this.#sync)
    this.#tokens = new TokenSource(this.#context, this.#refresher, this.#sync)
    if (options.keepAlive) this.#keepAlive = this.#keepingAlive()
  }

  readonly on: Session['on'] = this.#events.on

  readonly snapshot = (): SessionSnapshot => this.#context.state.snapshot

  readonly serverSnapshot = (): SessionSnapshot => UNKNOWN_SNAPSHOT

  readonly subscribe = (subscriber: (snapshot: SessionSnapshot) => void): (() => void) => {
    const stop = this.#context.state.subscribe(subscriber)
    const unwatch = this.#watch()
    return () => {
      stop()
      unwatch()
    }
  }

  async getAccessToken(options?: WaitOptions): Promise<string> {
    return (await this.acquire(options)).tokens.accessToken
  }

  async refresh(options?: WaitOptions): ReturnType<Session<Resource>['refresh']> {
    this.#assertOpen()
    const outcome = (await this.#tokens.refresh(this.#patience(options))) as RefreshOutcome<Resource>
    switch (outcome.kind) {
      case 'transient':
        throw outcome.error
      case 'ended':
        throw new SessionEndedError(outcome.reason)
      case 'superseded':
        throw new SessionEndedError('superseded')
      default:
        return outcome
    }
  }

  async restore(): Promise<SessionSnapshot> {
    this.#assertOpen()
    await this.#sync.restore()
    return this.snapshot()
  }

  async adopt(tokens: GrantedTokens<Extra>): Promise<void> {
    assertSendable(tokens)
    await this.begin(async () => ({ tokens, resource: () => undefined as Resource }))
  }

  /** @param revoke how the server is told; default: as the backend does */
  async end(revoke?: SessionBackend<Credentials, Resource, Extra>['revoke']): Promise<EndResult> {
    const isOvertaken = this.#signIn.overtake()
    const { state } = this.#context
    let error: unknown
    if (!isLive(state.record)) {
      await this.#sync.current().catch((thrown: unknown) => {
        error = thrown
      })
    }
    // What a later sign-in began while the storage was read is not to go.
    if (isOvertaken() || !isLive(state.record))
      return { revoked: false, ...(error instanceof LatchkeyError && { error }) }
    const send = (revoke ?? this.#options.backend.revoke) as SessionBackend['revoke']
    return signOut(this.#context, state.record, send).finally(() => this.#sync.saveLater())
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#keepAlive?.stop()
    this.#unwatch?.()
    this.#unwatch = undefined
    await this.#refresher.close()
    await this.#sync.close()
  }

  /**
   * Signs in. What was there before goes on if it fails.
   *
   * @throws {SessionEndedError} A later sign-in or sign-out has overtaken it.
   */
  async begin(create: () => Promise<Grant<Resource>>): Promise<Resource> {
    this.#assertOpen()
    return this.#signIn.begin(create)
  }

  /** Signs in unless there is a session; whoever asks at the same time joins. */
  async beginOnce(create: () => Promise<Grant<Resource>>): Promise<void> {
    this.#assertOpen()
    await this.#signIn.beginOnce(create)
  }

  /** Takes tokens that came along in another answer, where the protocol prefers them to those at hand. */
  supply(tokens: GrantedTokens<Extra>): Promise<void> {
    return this.#signIn.supply(tokens)
  }

  /**
   * A token that is good now, and the session that it belongs to: at once, where memory has a fresh one.
   *
   * @param session the session that the caller began with; absent: whichever there is
   * @throws {ConfigurationError} At once: the session was closed.
   * @throws {SessionEndedError} That session is over, or another has taken its place.
   */
  acquire(options?: WaitOptions, session?: string): MaybePromise<Lease> {
    this.#assertOpen()
    const ready = this.#tokens.ready()
    if (ready && (session ?? ready.session) === ready.session) return ready
    return this.#tokens.acquire(this.#patience(options), session)
  }

  /** The session that there is now, as far as memory knows. */
  get current(): string | undefined {
    const { record } = this.#context.state
    return isLive(record) ? record.session : undefined
  }

  get settled(): boolean {
    const { state, store } = this.#context
    const kept = state.mine.unsaved === null && !(store.private && isLive(state.record))
    return kept && !this.#refresher.flight
  }

  /** What to try after the server refused a lease, or `null` if the refusal stands. */
  afterRefusal(lease: Lease, mayRefresh: boolean, options?: WaitOptions): Promise<Lease | null> {
    return this.#tokens.afterRefusal(lease, mayRefresh && !this.#closed, this.#patience(options))
  }

  /** Takes note of a time that the server told, in whole seconds, with our wall clock before and after. */
  observeTime(told: number, notBefore: number, notAfter: number): void {
    this.#context.serverClock.observe(told, notBefore, notAfter)
  }

  /** Tells of an answer that was not as documented and was let through. */
  reportDrift(error: ResponseValidationError): void {
    this.#context.emit('drift', { error })
  }

  #patience({ signal, timeout = this.#options.timeoutMs }: WaitOptions = {}): Patience {
    return { end: this.#context.clock.monotonic() + timeout, signal }
  }

  #keepingAlive(): KeepAlive {
    const keepAlive = new KeepAlive(this.#context, async () => this.acquire())
    let watching = false
    this.#context.state.subscribe(({ status }) => {
      if (this.#closed) return
      if (status === 'active' && !watching) {
        watching = true
        this.#watch()
      }
      keepAlive.schedule()
    })
    return keepAlive
  }

  #watch(): () => void {
    if (this.#watchers++ === 0 && !this.#closed) {
      const look = (): void => {
        void this.#sync.look()
        this.#keepAlive?.schedule()
      }
      const stops = [this.#context.store.watch(look), onWake(look)]
      this.#unwatch = () => {
        for (const stop of stops) stop()
      }
      look()
    }
    let watching = true
    return () => {
      if (!watching) return
      watching = false
      if (--this.#watchers > 0) return
      this.#unwatch?.()
      this.#unwatch = undefined
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new ConfigurationError('The session was closed')
  }
}
