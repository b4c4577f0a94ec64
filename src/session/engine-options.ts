import type { TokenStorage } from '../storage/token-storage.ts'
import type { Clock } from '../support/clock.ts'
import type { MaybePromise } from '../support/maybe-promise.ts'
import type { SessionBackend } from './protocol.ts'

/** What a session is made of. */
export interface SessionEngineOptions<Credentials, Resource, Extra> {
  readonly backend: SessionBackend<Credentials, Resource, Extra>
  readonly storage: TokenStorage
  readonly key: string
  readonly clock: Clock
  readonly keepAlive: boolean
  readonly reauthenticate: (() => MaybePromise<Credentials>) | undefined
  /** How long callers wait where they don't say, in milliseconds. */
  readonly timeoutMs: number
}
