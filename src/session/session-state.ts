import type { EndReason } from '../errors/session-ended-error.ts'
import type { Emit } from '../support/emitter.ts'
import { guard } from '../support/emitter.ts'
import type { SessionEvents } from './events.ts'
import type { SessionPolicy } from './protocol.ts'
import { type Mine, reconcile } from './reconcile.ts'
import { isLive, isSame, lifeOf, type SessionRecord } from './record.ts'
import type { Stored } from './record-store.ts'
import { nextSnapshot, type SessionSnapshot, UNKNOWN_SNAPSHOT } from './snapshot.ts'

/**
 * What a client holds in memory, and the only place where that changes. What comes from the storage is met by
 * {@link reconcile}; what the client did itself is put.
 */
export class SessionState {
  readonly #emit: Emit<SessionEvents>
  readonly #supersedes: SessionPolicy['supersedes']
  readonly #onUnsaved: () => void
  /** Made for the first one: most of a server's many sessions never have any. */
  #subscribers: Set<(snapshot: SessionSnapshot) => void> | undefined
  #mine: Mine = { record: null, unsaved: null }
  #snapshot = UNKNOWN_SNAPSHOT
  #version = 0
  readonly #waiting: (() => void)[] = []

  /** @param onUnsaved hears that memory holds what the storage has not got */
  constructor(emit: Emit<SessionEvents>, supersedes: SessionPolicy['supersedes'], onUnsaved: () => void) {
    this.#emit = emit
    this.#supersedes = supersedes
    this.#onUnsaved = onUnsaved
  }

  get mine(): Mine {
    return this.#mine
  }

  get record(): SessionRecord | null {
    return this.#mine.record
  }

  get snapshot(): SessionSnapshot {
    return this.#snapshot
  }

  /** Counts what this client itself has put. What was read from the storage before the last of it is old news. */
  get version(): number {
    return this.#version
  }

  subscribe(subscriber: (snapshot: SessionSnapshot) => void): () => void {
    const guarded = guard(subscriber)
    this.#subscribers ??= new Set()
    const subscribers = this.#subscribers
    subscribers.add(guarded)
    guarded(this.#snapshot)
    return () => {
      subscribers.delete(guarded)
    }
  }

  /** Resolves at the next change, of more than marks. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  /** Takes what this client did itself: signed in, refreshed, ended. */
  put(mine: Mine, announce: () => void): void {
    this.#version++
    this.#become(mine, mine.record?.ended ?? undefined, announce)
    if (mine.unsaved) this.#onUnsaved()
  }

  /** Notes that the storage has a tombstone now, whatever was read there before. */
  buried(tombstone: SessionRecord): void {
    this.#version++
    const { record } = this.#mine
    if (record?.session !== tombstone.session) return
    if (isLive(record)) this.#take(tombstone, 'adopted')
    else this.#mine = { record, unsaved: null }
  }

  /**
   * Meets what the storage holds, unless it is our own. `false`: this client has put something since, and it can't
   * be told which of the two is older.
   *
   * @param version {@link version} as it was before the storage was read
   * @param announcement what to call tokens that were found
   */
  meet(
    { record: theirs, own }: Stored,
    version: number,
    announcement: 'restored' | 'adopted' = 'adopted',
  ): boolean {
    if (own) return true
    if (version !== this.#version) return false
    const { record, unsaved } = this.#mine
    if (reconcile(this.#mine, theirs, this.#supersedes) === 'theirs') this.#take(theirs, announcement)
    else if (record && lacks(theirs, record)) {
      this.#mine = { record, unsaved: unsaved ?? 'change' }
      this.#onUnsaved()
    }
    return true
  }

  /**
   * Takes the marks that an attempt left on a generation; it may have found a newer one than is held here.
   *
   * @param saved the storage has been given the tokens
   */
  mark(marked: SessionRecord, saved = false): void {
    const { record, unsaved } = this.#mine
    if (record?.session !== marked.session || !record.tokens) return
    if (record.generation === marked.generation)
      this.#mine = { record: marked, unsaved: saved ? null : unsaved }
    else if (record.generation < marked.generation) this.#take(marked, 'adopted')
  }

  #take(theirs: SessionRecord | null, announcement: 'restored' | 'adopted'): void {
    const { record: before } = this.#mine
    const known = before !== null && before.session === theirs?.session
    const mine: Mine = { record: theirs, unsaved: null }
    if (isLive(theirs)) {
      const news = !known || before.generation !== theirs.generation
      const life = lifeOf(theirs.tokens)
      this.#become(mine, undefined, () => {
        if (before?.tokens && !known) this.#emit('ended', { reason: 'superseded' })
        if (!news) return
        if (announcement === 'restored') this.#emit('restored', life)
        else this.#emit('adopted', { kind: 'adopted', ...life })
      })
      return
    }
    if (!before?.tokens) {
      this.#become(mine, known ? this.#snapshot.reason : undefined, () => {})
      return
    }
    const reason = known
      ? theirs?.ended === 'deleted'
        ? 'elsewhere'
        : (theirs?.ended ?? 'lost')
      : 'superseded'
    this.#become(mine, reason, () => this.#emit('ended', { reason }))
  }

  #become(mine: Mine, reason: EndReason | undefined, announce: () => void): void {
    const { record: held } = this.#mine
    this.#mine = mine
    const before = this.#snapshot
    this.#snapshot = nextSnapshot(before, describe(mine.record, reason))
    // Marks are no news to who waits: with tokens that are being replaced, there is nothing to go on with.
    if (!isLive(held) || !isSame(mine.record, held)) for (const resolve of this.#waiting.splice(0)) resolve()
    announce()
    if (this.#snapshot === before) return
    for (const subscriber of [...(this.#subscribers ?? [])]) subscriber(this.#snapshot)
  }
}

function describe(record: SessionRecord | null, reason: EndReason | undefined): SessionSnapshot {
  if (isLive(record)) return { status: 'active', ...lifeOf(record.tokens) }
  return reason ? { status: 'ended', reason } : { status: 'none' }
}

/** The storage needs to be told of what we hold. */
function lacks(theirs: SessionRecord | null, mine: SessionRecord): boolean {
  if (!theirs) return mine.tokens !== null
  if (theirs.session === mine.session && theirs.ended === 'deleted') return false
  return (
    theirs.session !== mine.session ||
    theirs.generation !== mine.generation ||
    theirs.tokens?.accessToken !== mine.tokens?.accessToken
  )
}
