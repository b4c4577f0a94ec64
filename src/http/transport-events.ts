import type { Method } from './endpoint.ts'

/** Which request an event is about. */
export interface RequestDescription {
  /** The operation, as `getSession`; `fetch` for a call of `client.fetch`. */
  readonly operation: string
  readonly method: Method | string
  /** The operation's path template, as `/v1/sessions/{id}`; absent for `fetch`, whose paths may hold anything. */
  readonly path?: string
}

/** A request is sent. */
export interface RequestEvent extends RequestDescription {
  /** Counts the sends of one call, from 1. */
  readonly attempt: number
}

/** A request was answered, or failed. */
export interface ResponseEvent extends RequestEvent {
  /** The HTTP status; absent if no answer came. */
  readonly status?: number
  /** Milliseconds from sending to the answer's headers, or to the failure. */
  readonly durationMs: number
}

/** A failed attempt will be repeated. */
export interface RetryEvent extends RequestEvent {
  /** The HTTP status that failed; absent if no answer came. */
  readonly status?: number
  /** Milliseconds until the next attempt. */
  readonly delayMs: number
}

/** What `client.on` tells of: the requests that go out, the answers that come back. No URL, no header, no body. */
export interface TransportEvents {
  readonly request: RequestEvent
  readonly response: ResponseEvent
  readonly retry: RetryEvent
}
