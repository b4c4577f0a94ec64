import { SessionEndedError } from '../errors/session-ended-error.ts'
import { completeTokens, type SessionContext } from './context.ts'
import { offer, offerLocked } from './offer.ts'
import type { Grant, GrantedTokens } from './protocol.ts'
import { beginRecord, isLive, isSame, type LiveRecord, lifeOf, renewRecord } from './record.ts'
import { bury, revoke, SIGN_OUT_LOCK_WAIT_MS } from './sign-out.ts'
import type { StorageSync } from './storage-sync.ts'

/**
 * Begins sessions. The request runs outside the lock, and a failed one changes nothing; of several sign-ins and
 * sign-outs the one that was begun last wins, and a sign-in that it has overtaken revokes what it got.
 */
export class SignIn<Resource> {
  readonly #context: SessionContext<unknown, Resource>
  readonly #sync: StorageSync
  #begun = 0
  /** The latest sign-in that succeeded, or sign-out. */
  #latest = 0
  /** What the last sign-in made. */
  #made: LiveRecord | undefined
  #opening: Promise<unknown> | undefined

  constructor(context: SessionContext<unknown, Resource>, sync: StorageSync) {
    this.#context = context
    this.#sync = sync
  }

  /** Overtakes every sign-in that is under way. Answers whether a later one has overtaken it in turn. */
  overtake(): () => boolean {
    const number = ++this.#begun
    this.#latest = number
    return () => number < this.#latest
  }

  /**
   * Signs in.
   *
   * @throws {SessionEndedError} It was overtaken.
   * @throws {ConfigurationError} The storage has no place here. Nothing was sent.
   */
  async begin(create: () => Promise<Grant<Resource>>): Promise<Resource> {
    const number = ++this.#begun
    const { backend, clock, state, emit, store } = this.#context
    const before = [await store.predecessor(), state.record]
    const grant = await create()
    const tokens = completeTokens(grant.tokens, this.#context)
    // One that is still being written is overtaken, too.
    const record = beginRecord(backend.audience, tokens, [...before, this.#made], clock.random)
    this.#made = record
    if (number > this.#latest) {
      this.#latest = number
      store.tryAgain()
    }
    const saved = await this.#save(record, number)
    if (number < this.#latest) {
      // What took its place is not to go with it, nor what the storage has lost and others are about to write back.
      const newest = await bury(this.#context, record, (theirs) => theirs?.session === record.session)
      // Memory goes on without it, so the tombstone is met as anybody's is.
      if (newest !== undefined) store.disown()
      void this.#sync.look()
      // Whoever has seen it may have renewed it.
      const areNewest = newest !== undefined || !saved
      if (newest !== null) await revoke(this.#context, newest ?? record, backend.revoke, areNewest)
      throw new SessionEndedError('superseded')
    }
    const wasLive = isLive(state.record)
    state.put({ record: saved ?? record, unsaved: saved ? null : 'session' }, () => {
      if (wasLive) emit('ended', { reason: 'superseded' })
      emit('created', lifeOf(tokens))
    })
    return grant.resource()
  }

  /** Signs in unless there is a session; whoever asks at the same time joins. */
  async beginOnce(create: () => Promise<Grant<Resource>>): Promise<void> {
    this.#opening ??= this.#open(create).finally(() => {
      this.#opening = undefined
    })
    await this.#opening
  }

  /** Takes tokens that came along in another answer, where the protocol prefers them to those at hand. */
  async supply(granted: GrantedTokens): Promise<void> {
    const { state, backend, emit } = this.#context
    const record = await this.#sync.current()
    // Nobody waits for a request that is under way: what it brings will do as well.
    if (!isLive(record) && this.#opening) return
    if (!isLive(record)) return this.beginOnce(async () => ({ tokens: granted, resource: noResource }))
    const tokens = completeTokens(granted, this.#context, record.tokens)
    if (!backend.supersedes?.(tokens, record.tokens)) return
    const renewed = renewRecord(record, tokens)
    const stands = await offerLocked(
      this.#context,
      { record: renewed, unsaved: 'change' },
      SIGN_OUT_LOCK_WAIT_MS,
    )
    if (state.record !== record || (stands && stands.record !== renewed)) return
    state.put({ record: renewed, unsaved: stands ? null : 'change' }, () =>
      emit('adopted', { kind: 'adopted', ...lifeOf(tokens) }),
    )
  }

  async #open(create: () => Promise<Grant<Resource>>): Promise<void> {
    if (!isLive(await this.#sync.current())) await this.begin(create)
  }

  /** Answers the record as it was written. */
  async #save(record: LiveRecord, number: number): Promise<LiveRecord | undefined> {
    const save = async (): Promise<LiveRecord | undefined> => {
      if (number !== this.#latest) return undefined
      const stands = (await offer(this.#context, { record, unsaved: 'session' }))?.record ?? null
      return isSame(stands, record) ? stands : undefined
    }
    return this.#context.store.preferably(save, SIGN_OUT_LOCK_WAIT_MS)
  }
}

function noResource(): never {
  return undefined as never
}
