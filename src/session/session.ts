import type { Stop } from '../support/emitter.ts'
import type { ListenToSession } from './events.ts'
import type { Adopted, Refreshed, Unchanged } from './outcome.ts'
import type { GrantedTokens } from './protocol.ts'
import type { EndResult } from './sign-out.ts'
import type { SessionSnapshot } from './snapshot.ts'

/** How long a caller is ready to wait. */
export interface WaitOptions {
  /** Stops waiting; the call rejects with the signal's reason. What the session does goes on. */
  readonly signal?: AbortSignal
  /** How long to wait at the most, in milliseconds. Default: the client's total timeout, 30,000. */
  readonly timeout?: number
}

/** A session: whether there is one, its token, its end. `on` and `subscribe` and the snapshots are bound. */
export interface Session<Resource = unknown, Extra = unknown> {
  /** What is known now, without asking anybody. */
  readonly snapshot: () => SessionSnapshot
  /** What a server renders with: always the same `unknown`. */
  readonly serverSnapshot: () => SessionSnapshot
  /**
   * Calls `subscriber` at once and at each change of the snapshot, and answers the function that stops it. The
   * first subscriber starts restoring and watching the storage; the last one to go stops the watching.
   */
  readonly subscribe: (subscriber: (snapshot: SessionSnapshot) => void) => Stop
  /** Calls a listener at each event of a type. */
  readonly on: ListenToSession
  /** No refresh is under way, and the storage has all there is: whoever comes next finds the session there. */
  readonly settled: boolean
  /**
   * An access token that is good now, refreshed first if need be.
   *
   * @throws {NoSessionError} Nobody is signed in. Nothing was sent.
   * @throws {SessionEndedError} The session ended while it was waited for.
   * @throws {LatchkeyError} The token has run out and can't be renewed at the moment: what the refresh failed with.
   */
  getAccessToken(options?: WaitOptions): Promise<string>
  /**
   * Refreshes now, whatever is left of the token. Joins a refresh that is under way.
   *
   * @throws {NoSessionError} Nobody is signed in. Nothing was sent.
   * @throws {SessionEndedError} The server says that the session is over, or another has taken its place.
   * @throws {LatchkeyError} It did not succeed this time: what it failed with. The session lives.
   */
  refresh(options?: WaitOptions): Promise<Refreshed<Resource> | Adopted | Unchanged<Resource>>
  /**
   * Reads the storage now, instead of at first use.
   *
   * @throws {StorageError} It can't be read, and nothing is known of a session.
   */
  restore(): Promise<SessionSnapshot>
  /**
   * Takes over tokens that were obtained elsewhere: a migration, a server's hand-over, an OAuth callback. They
   * become a new session.
   *
   * @throws {RequestValidationError} They can't be sent in a header.
   */
  adopt(tokens: GrantedTokens<Extra>): Promise<void>
  /** Signs out: here at once, then for all who share the storage, then on the server. Never rejects. */
  end(): Promise<EndResult>
  /**
   * Stops timers and watching, and waits for a refresh that must not be cut off, and for up to five seconds until the
   * storage has what it had not. The session itself lives on.
   */
  close(): Promise<void>
}
