import { type Clock, systemClock } from '../support/clock.ts'
import type { Fetch } from '../support/fetch.ts'
import { crossOrigin } from './cross-origin.ts'
import { actUnder, connectionLost, type Fault } from './fault.ts'
import { faultQueue } from './fault-queue.ts'
import { type ListeningServer, listen } from './listen.ts'
import { findRoute, type Route, type ServerAnswer } from './route.ts'

/** The operation that a request is recorded under if no route is for it. */
const UNKNOWN_OPERATION = 'unknown'
const NOT_FOUND: ServerAnswer = { status: 404, body: { message: 'not found' } }

/** What a fake server saw of one request. */
export interface RecordedRequest {
  /** The name of the operation; `unknown` if the server has none for it. */
  readonly operation: string
  readonly method: string
  /** The path with its query. */
  readonly path: string
  readonly headers: Headers
  /** Whether cookies were to go along, as `fetch` was told. A request over a real port tells nothing of it. */
  readonly credentials: Request['credentials']
  /** The body as text; empty if there was none. */
  readonly body: string
  /** When it arrived, in epoch milliseconds by the server's clock. */
  readonly at: number
  /** The status that it was answered with; `null` if it was dropped or never answered, and until it is. */
  readonly status: number | null
}

/** Options of {@link FakeServer.fault}. */
export interface FaultOptions {
  /** How many requests meet the fault; `Infinity` for all until `clearFaults()`. Default: 1. */
  readonly times?: number
}

/** Options of {@link FakeServer.listen}. */
export interface FakeListenOptions {
  /**
   * The other origin whose pages may read the answers, with `Date` and `Retry-After`, and send cookies along.
   * Default: none.
   */
  readonly allowOrigin?: string
}

/** Options of {@link fakeServer}. */
export interface FakeServerOptions {
  /** What it can do. Of the routes whose path fits, the first one's path counts. */
  readonly routes: readonly Route[]
  /** What the server's time and delays run on. Default: the platform's clock. */
  readonly clock?: Clock
}

/** A small stateful server that is handed to a client as its `fetch`, or listens on a real port. */
export interface FakeServer {
  /**
   * Answers as the platform's `fetch` does: takes what that takes, rejects with the signal's reason when aborted,
   * and with a `TypeError` when the connection breaks. Any origin reaches the server. A redirect is refused under
   * `redirect: 'error'` and answered as it is otherwise, never followed.
   */
  readonly fetch: Fetch
  /**
   * Serves the same on 127.0.0.1, in Node. Rejects if the port is taken.
   *
   * @param port default: 0, any that is free
   */
  listen(port?: number, options?: FakeListenOptions): Promise<ListeningServer>
  /** The clock that the server's time and delays run on. */
  readonly clock: Clock
  /** How many milliseconds the server's idea of now is ahead of its clock. Default: 0. */
  clockOffset: number
  /** Whether answers carry a `Date` header, which browsers mostly hide from a program. Default: true. */
  exposeDate: boolean
  /** All requests that reached the server, in the order in which it took them up. */
  readonly requests: readonly RecordedRequest[]
  /** Counts the requests of `operation`. */
  count(operation: string): number
  /** Queues a fault for the next requests of `operation`, or of any with `*`; first in, first out. */
  fault(operation: string, fault: Fault, options?: FaultOptions): void
  /** Forgets the faults that are still queued. */
  clearFaults(): void
}

type OpenRecord = RecordedRequest & { status: number | null }

interface Exchange {
  readonly input: unknown
  readonly request: Request
}

/** Makes a fake server out of its routes: it adds the recording, the faults, the `fetch` and the port. */
export function fakeServer({ routes, clock = systemClock }: FakeServerOptions): FakeServer {
  const requests: RecordedRequest[] = []
  const faults = faultQueue()
  // A signal holds the requests that follow it weakly: one that hangs would be collected and never hear of an abort.
  const underWay = new Set<Exchange>()

  const answer = async (request: Request): Promise<Response> => {
    const body = await request.text()
    request.signal.throwIfAborted()
    const { method, headers, credentials } = request
    const url = new URL(request.url)
    const at = clock.now() + server.clockOffset
    const matched = findRoute(routes, method, url.pathname)
    const operation = matched?.route.operation ?? UNKNOWN_OPERATION
    const path = url.pathname + url.search
    const record: OpenRecord = { operation, method, path, headers, credentials, body, at, status: null }
    requests.push(record)
    const act = (): ServerAnswer =>
      matched?.route.handle({ method, url, params: matched.params, headers, body, at }) ?? NOT_FOUND
    const answered = await actUnder(faults.take(operation), act, clock, request.signal)
    record.status = answered.status
    return toResponse(answered, server.exposeDate ? clock.now() + server.clockOffset : undefined)
  }

  const server: FakeServer = {
    fetch: async (input, init) => {
      const request = new Request(input, init)
      request.signal.throwIfAborted()
      const exchange: Exchange = { input, request }
      underWay.add(exchange)
      try {
        const response = await unlessAborted(answer(request), request.signal)
        if (request.redirect === 'error' && isRedirect(response.status)) throw connectionLost()
        return response
      } finally {
        underWay.delete(exchange)
      }
    },
    listen: (port = 0, { allowOrigin } = {}) =>
      listen(allowOrigin === undefined ? server.fetch : crossOrigin(server.fetch, allowOrigin), port),
    clock,
    clockOffset: 0,
    exposeDate: true,
    requests,
    count: (operation) => requests.filter((request) => request.operation === operation).length,
    fault: (operation, fault, { times = 1 } = {}) => faults.add(operation, fault, times),
    clearFaults: () => faults.clear(),
  }
  return server
}

/** Adds `extras` to a fake server, getters and all: what one API's fake has besides. */
export function extendServer<Extras extends object>(server: FakeServer, extras: Extras): FakeServer & Extras {
  return Object.defineProperties(server, Object.getOwnPropertyDescriptors(extras)) as FakeServer & Extras
}

function toResponse({ status, body, headers: given }: ServerAnswer, date: number | undefined): Response {
  const headers = new Headers(given)
  const json = body !== undefined && typeof body !== 'string'
  if (json && !headers.has('content-type')) headers.set('content-type', 'application/json')
  if (date !== undefined && !headers.has('date')) headers.set('date', new Date(date).toUTCString())
  return new Response(json ? JSON.stringify(body) : (body ?? null), { status, headers })
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
