import type { EndReason } from '../../src/errors/session-ended-error.ts'
import type { SessionRecord } from '../../src/session/record.ts'
import type { Family, Tokens } from './model-server.ts'
import type { SimClient } from './sim-client.ts'

/** What the receiver of a refresh's answer knows from it. */
export type Outcome =
  /** New tokens. */
  | 'won'
  /** The tokens that it had. */
  | 'unchanged'
  /** The server, in so many words, doesn't take the tokens. */
  | 'refused'
  /** The server didn't act, and said so. */
  | 'turned away'
  /** Nothing: no answer came, or none that can be read. */
  | 'unclear'

/** A refresh that was sent. */
export interface Refresh {
  readonly client: SimClient
  /** What it was sent with; `undefined` where the request doesn't tell. */
  readonly tokens: Tokens | undefined
  readonly sentAt: number
  /** Its sender had the lock, in truth. */
  readonly underLock: boolean
  /** Why it was time for one; `undefined`: it wasn't. */
  readonly cause: string | undefined
  /** How far off its sender took the server's time to be, in milliseconds. */
  readonly clockError: number
  /** What the server issued for it. */
  won?: Tokens
  /** What got back to the sender; `undefined`: nothing yet. */
  outcome?: Outcome
  settledAt?: number
}

/** A record that was written over another. */
export interface Write {
  readonly client: SimClient
  readonly before: SessionRecord | null
  readonly after: SessionRecord
}

/** A client that told that its session is over. */
export interface End {
  readonly client: SimClient
  /** Which session; `undefined` where it can't be told from outside. */
  readonly session: string | undefined
  readonly reason: EndReason
}

/** A call of a program's. */
export interface Call {
  readonly client: SimClient
  readonly name: string
  readonly startedAt: number
  /** How long it may take on its machine's own time, pauses apart, in milliseconds; `Infinity`: it has no deadline. */
  readonly budgetMs: number
  readonly pausedBefore: number
  /** The session that it was first let in under. */
  session: string | undefined
  /** Whose tokens it was sent with. */
  readonly families: Set<Family>
  settledAt?: number
  result?: unknown
}

/** What is known of a session id, from all sides. */
export interface SessionFacts {
  readonly id: string
  readonly families: Set<Family>
  /** The clients whose programs ended it. */
  readonly endedBy: Set<SimClient>
  /** The sessions whose place it has taken in the storage, and those whose place they had taken. */
  readonly replaced: Set<string>
  /** When it was first seen, in milliseconds since the world began. */
  readonly seenAt: number
  /** When it was first written down that its user has ended it. */
  endedAt?: number
}

/** What is known of tokens, from all sides. */
export interface TokenFacts {
  /** The refreshes that were sent with them. */
  readonly refreshes: Refresh[]
  /** Who has marked them as being refreshed. */
  readonly markedBy: Set<SimClient>
  /** A mark was set over another's: whose refresh was sent, and whose was not, can't be told any more. */
  isDoublyMarked?: boolean
  /** When they were last written to the storage. */
  storedAt?: number
  /** Who first wrote them had lost the lock by then, known or not: somebody else may have read what was before. */
  isStoredLate?: boolean
  /** When somebody who had not got the lock last wrote down a cool-down for them. */
  cooledUnlockedAt?: number
  /** Somebody was told that they are no good. */
  isRefused?: boolean
  /** Who won them did not know the server's time when it noted when that was, or wrote it down. */
  isMisdated?: boolean
}

/** All that has happened in a world, as an observer of every side has seen it. */
export class Ledger {
  readonly refreshes: Refresh[] = []
  readonly calls: Call[] = []
  readonly ends: End[] = []
  /** When the storage was last cleared, by accident. */
  clearedAt: number = Number.NEGATIVE_INFINITY
  /** When what its locks are kept in was lost with it. */
  locksLostAt: number = Number.NEGATIVE_INFINITY
  readonly #sessions = new Map<string, SessionFacts>()
  readonly #tokens = new WeakMap<Tokens, TokenFacts>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  session(id: string): SessionFacts {
    const known = this.#sessions.get(id)
    if (known) return known
    const facts: SessionFacts = {
      id,
      families: new Set(),
      endedBy: new Set(),
      replaced: new Set(),
      seenAt: this.#now(),
    }
    this.#sessions.set(id, facts)
    return facts
  }

  get sessions(): readonly SessionFacts[] {
    return [...this.#sessions.values()]
  }

  of(tokens: Tokens): TokenFacts {
    const known = this.#tokens.get(tokens)
    if (known) return known
    const facts: TokenFacts = { refreshes: [], markedBy: new Set() }
    this.#tokens.set(tokens, facts)
    return facts
  }
}
