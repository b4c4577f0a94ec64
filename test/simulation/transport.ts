import { authorizedFetch } from '../../src/client/authenticated-fetch.ts'
import type { ApiError, ApiFailure } from '../../src/errors/api-error.ts'
import { TimeoutError } from '../../src/errors/timeout-error.ts'
import { Answer } from '../../src/http/answer.ts'
import type { Endpoint } from '../../src/http/endpoint.ts'
import type { HttpClient, Interceptor } from '../../src/http/http-client.ts'
import { type Observer, observedFetch } from '../../src/http/observed-fetch.ts'
import { readRetryAfter } from '../../src/http/retry-after.ts'
import { withDeadline } from '../../src/support/deadline.ts'
import type { Fetch } from '../../src/support/fetch.ts'
import type { Arrival } from './network.ts'
import type { SimClient } from './sim-client.ts'
import type { World } from './world.ts'

/** How long one attempt may take, in milliseconds, unless it is unbounded. */
const ATTEMPT_MS = 10_000

/** An answer, as far as the session layer looks at one. */
type Answered = Response & { readonly arrival: Arrival }

export interface TransportOptions {
  readonly client: SimClient
  readonly world: World
  readonly toError: (failure: ApiFailure) => ApiError
  /** Hears what time the server says it is, with the wall clock before and after. */
  readonly observeTime: (told: number, sentAt: number, receivedAt: number) => void
}

/** A `fetch` over a world's network, with no more of a Request and a Response than the session layer looks at. */
export function bareFetch({ client, world, observeTime }: Omit<TransportOptions, 'toError'>): Fetch {
  const { clock } = client.machine
  const onAnswer: Observer['onAnswer'] = ({ headers }, sentAt, receivedAt) => {
    const told = Date.parse(headers.get('date') ?? '')
    if (!Number.isNaN(told)) observeTime(told, sentAt, receivedAt)
  }
  const fetch: Fetch = async (input, init = {}) => {
    const request = {
      method: init.method ?? 'GET',
      path: new URL(String(input)).pathname,
      headers: init.headers as Headers,
      body: init.body as unknown,
    }
    const kind = client.api.kindOf(request, client)
    const arrival = await world.network.exchange(client, kind, request, init.signal ?? undefined)
    const { status, headers } = arrival
    return { status, headers, ok: status < 400, body: null, arrival } as Answered
  }
  return observedFetch(fetch, { operation: 'simulated', method: 'ANY' }, { clock, emit: () => {}, onAnswer })
}

/** The transport of an engine: one attempt, a deadline, and an answer that is read as its endpoint says. */
export function bareTransport(options: TransportOptions): HttpClient {
  const { client, toError } = options
  const { clock } = client.machine
  const fetch = bareFetch(options)
  const send = async <Input, Output>(
    { operation, method, path, write, read }: Endpoint<Input, Output>,
    input: Input,
    { intercept, unbounded = false }: { intercept: Interceptor; unbounded?: boolean },
  ): Promise<Output> => {
    const { params = {}, json, form } = write?.(input) ?? {}
    const ms = unbounded ? Number.POSITIVE_INFINITY : ATTEMPT_MS
    const error = (): Error => new TimeoutError(`${operation}: no answer within ${ms} ms`)
    const bounded = intercept((url, init) =>
      withDeadline(clock, { ms, error }, (signal) => fetch(url, { ...init, signal })),
    )
    const url = `${client.api.baseUrl}${path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '')}`
    const init = { method, headers: new Headers(), body: (json ?? form) as never }
    const response = (await bounded(url, init)) as Answered
    const { body, foreign } = response.arrival
    if (response.ok) {
      return read(new Answer(operation, response, { json: body, parsed: !foreign, foreign }, undefined))
    }
    const { status, headers } = response
    const retryAfter = readRetryAfter(headers, clock.now())
    throw toError({ operation, status, headers, body: foreign ? undefined : body, foreign, retryAfter })
  }
  return { send } as unknown as HttpClient
}

/** A send that carries nothing of a session's. */
export const plain: Interceptor = (fetch) => authorizedFetch(() => {}, null, fetch)
