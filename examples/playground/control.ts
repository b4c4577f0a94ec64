/** The APIs of the playground, in the order in which the page shows them. */
export const API_NAMES = ['saferme', 'koms', 'zelf', 'clerk'] as const
export type ApiName = (typeof API_NAMES)[number]

/**
 * What goes wrong with a server.
 *
 * - `drop`: the next request is acted upon, and its answer lost. Ordered again before that: not after all.
 * - `unavailable`: every request is answered 503, for ten seconds.
 * - `clock`: the server's clock is three hours ahead. Ordered again: right.
 * - `revoke`: every session is over.
 */
export const FAULTS = ['drop', 'unavailable', 'clock', 'revoke'] as const
export type FaultName = (typeof FAULTS)[number]

/** What the page asks of a server behind the API's back. Signing in to Clerk happens elsewhere: here. */
export interface Order {
  readonly api: ApiName
  readonly order: FaultName | 'sign-in'
}

/** How a server is at the moment. */
export interface ServerState {
  readonly url: string
  /** The answer to the next request will be lost. */
  readonly dropping: boolean
  /** Until when every answer is 503, in epoch milliseconds; `null`: they aren't. */
  readonly unavailableUntil: number | null
  /** How many milliseconds the server's clock is ahead. */
  readonly clockOffsetMs: number
}

/** All that the page knows of the servers. */
export interface PlaygroundState {
  /** How long access tokens live, in milliseconds. */
  readonly tokenLifeMs: number
  readonly servers: Readonly<Record<ApiName, ServerState>>
}

/** Where the page asks for the state (GET) and gives its orders (POST). */
export const CONTROL_PATH = '/control'
