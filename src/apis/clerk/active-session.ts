import { LatchkeyError } from '../../errors/latchkey-error.ts'
import { NetworkError } from '../../errors/network-error.ts'
import { NoSessionError } from '../../errors/no-session-error.ts'
import type { ResponseValidationError } from '../../errors/response-validation-error.ts'
import type { SessionEvents } from '../../session/events.ts'
import type { Adopted, Refreshed, Unchanged } from '../../session/outcome.ts'
import type { GrantedTokens } from '../../session/protocol.ts'
import type { Session, WaitOptions } from '../../session/session.ts'
import type { EndResult } from '../../session/sign-out.ts'
import { nextSnapshot, type SessionSnapshot, UNKNOWN_SNAPSHOT } from '../../session/snapshot.ts'
import { createEmitter, guard } from '../../support/emitter.ts'
import { readJwt } from '../../support/jwt.ts'
import { endSession } from './endpoints.ts'
import { isSignedOut } from './errors.ts'
import type { KnownClient } from './known-client.ts'
import type { ClerkTokenEngine } from './token-entry.ts'

/** What an engine tells of that the session tells of, too. It begins and ends with the client's session, not with a token. */
const FORWARDED = ['refreshed', 'adopted', 'refreshFailed', 'storageFailed'] as const

/** The session that is active on a Clerk client, whichever that is. */
export class ActiveSession implements Session<void, unknown> {
  readonly #known: KnownClient
  readonly #events = createEmitter<SessionEvents>()
  readonly #subscribers = new Set<(snapshot: SessionSnapshot) => void>()
  readonly #forwarded = new WeakSet<ClerkTokenEngine>()
  #snapshot = UNKNOWN_SNAPSHOT
  #active: string | undefined
  #unwatch: (() => void) | undefined

  constructor(known: KnownClient) {
    this.#known = known
    known.watch(() => this.#follow())
  }

  readonly on: Session['on'] = this.#events.on

  get settled(): boolean {
    return this.#known.settled
  }

  readonly snapshot = (): SessionSnapshot => {
    this.#snapshot = nextSnapshot(this.#snapshot, this.#current())
    return this.#snapshot
  }

  readonly serverSnapshot = (): SessionSnapshot => UNKNOWN_SNAPSHOT

  readonly subscribe = (subscriber: (snapshot: SessionSnapshot) => void): (() => void) => {
    const guarded = guard(subscriber)
    this.#subscribers.add(guarded)
    guarded(this.snapshot())
    if (this.#subscribers.size === 1) this.#watch()
    if (this.#known.resource === undefined) this.#known.ask().catch(() => {})
    return () => {
      if (this.#subscribers.delete(guarded) && this.#subscribers.size === 0) this.#watch()
    }
  }

  async getAccessToken(options?: WaitOptions): Promise<string> {
    return this.#known.tokens.token({ session: await this.#known.activeSession(options) }, options)
  }

  async refresh(options?: WaitOptions): Promise<Refreshed<void> | Adopted | Unchanged<void>> {
    const session = await this.#known.activeSession(options)
    await this.#known.tokens.token({ session }, options)
    return this.#known.tokens.engine({ session }).refresh(options)
  }

  async restore(): Promise<SessionSnapshot> {
    if (this.#known.resource === undefined) await this.#known.ask()
    return this.snapshot()
  }

  async adopt(tokens: GrantedTokens<unknown>): Promise<void> {
    const { sid } = readJwt(String(tokens?.accessToken)).claims
    const session = typeof sid === 'string' ? sid : this.#known.activeId
    if (session === undefined) throw new NoSessionError()
    await this.#known.tokens.adopt({ session }, tokens)
    this.#known.adopt(session)
  }

  async end(): Promise<EndResult> {
    const session_id = this.#known.activeId ?? (await this.#known.activeSession().catch(() => undefined))
    if (session_id === undefined) return { revoked: false }
    this.#known.leave(session_id)
    try {
      await this.#known.tokens.drop(session_id, false, await this.#known.tokens.marks())
      await this.#known.call(endSession, { session_id }, undefined, { session: session_id })
      return { revoked: true }
    } catch (error) {
      if (isSignedOut(error)) return { revoked: true }
      return {
        revoked: false,
        error: error instanceof LatchkeyError ? error : new NetworkError('Not revoked'),
      }
    }
  }

  /** Tells of an answer that was not as documented and was let through. */
  reportDrift(error: ResponseValidationError): void {
    this.#events.emit('drift', { error })
  }

  close(): Promise<void> {
    this.#unwatch?.()
    this.#unwatch = undefined
    return this.#known.tokens.close()
  }

  #current(): SessionSnapshot {
    const { activeId: session, resource, endReason } = this.#known
    if (session !== undefined) {
      const { status, expiresAt } = this.#known.tokens.engine({ session }).snapshot()
      return { status: 'active', ...(status === 'active' && expiresAt !== undefined && { expiresAt }) }
    }
    if (endReason) return { status: 'ended', reason: endReason }
    return resource === undefined ? UNKNOWN_SNAPSHOT : { status: 'none' }
  }

  /** Another session may be the active one now, or none. */
  #follow(): void {
    const { activeId, endReason } = this.#known
    if (activeId !== this.#active) {
      const before = this.#active
      this.#active = activeId
      if (before !== undefined) this.#events.emit('ended', { reason: endReason ?? 'superseded' })
      if (activeId !== undefined) this.#begin(this.#known.tokens.engine({ session: activeId }))
      this.#watch()
    }
    this.#tell()
  }

  #begin(engine: ClerkTokenEngine): void {
    if (!this.#forwarded.has(engine)) {
      this.#forwarded.add(engine)
      for (const type of FORWARDED) engine.on(type, (event) => this.#events.emit(type, event as never))
    }
    const { expiresAt } = engine.snapshot()
    this.#events.emit('created', expiresAt === undefined ? {} : { expiresAt })
  }

  /** Watches the active session, and its token, while somebody listens. */
  #watch(): void {
    this.#unwatch?.()
    this.#unwatch = undefined
    const session = this.#active
    if (this.#subscribers.size === 0 || session === undefined) return
    const stops = [
      this.#known.follow(session),
      this.#known.tokens.engine({ session }).subscribe(() => this.#tell()),
    ]
    this.#unwatch = () => {
      for (const stop of stops) stop()
    }
  }

  #tell(): void {
    const before = this.#snapshot
    const snapshot = this.snapshot()
    if (snapshot !== before) for (const subscriber of this.#subscribers) subscriber(snapshot)
  }
}
