import type { Endpoint, Method } from '../../src/http/endpoint.ts'
import { HttpClient, type HttpClientOptions, type SendOptions } from '../../src/http/http-client.ts'
import { retryPolicyOf } from '../../src/http/retry-policy.ts'
import type { TransportEvents } from '../../src/http/transport-events.ts'
import { Territory } from '../../src/http/url.ts'
import { type Answer, ApiError, type Fetch, type RetryOptions } from '../../src/index.ts'
import { type FakeClock, fakeClock } from '../../src/testing/index.ts'

type TransportEvent = {
  [Type in keyof TransportEvents]: TransportEvents[Type] & { type: Type }
}[keyof TransportEvents]

/** A transport without a session, on a clock that stands still. */
export interface Transport {
  readonly clock: FakeClock
  readonly events: TransportEvent[]
  /** Sends `method /things`, and lets time run until it is over. */
  call(method?: Method, options?: Partial<SendOptions>): Promise<unknown>
  /** Sends it, and leaves the time alone. */
  send<Input = void, Output = unknown>(
    endpoint?: Partial<Endpoint<Input, Output>>,
    options?: Partial<SendOptions>,
    input?: Input,
  ): Promise<Output>
}

export function transport(
  fetch: Fetch,
  { retry, ...options }: Partial<Omit<HttpClientOptions, 'retry'> & { retry: RetryOptions | false }> = {},
): Transport {
  const clock = fakeClock()
  const events: TransportEvent[] = []
  const client = new HttpClient({
    territory: new Territory('https://api.test/base'),
    fetch,
    headers: undefined,
    retry: retryPolicyOf(retry),
    timeouts: { attempt: 10_000, total: 30_000 },
    observer: { clock, emit: (type, event) => void events.push({ type, ...event } as TransportEvent) },
    toError: (failure) => new ApiError(failure),
    onDrift: undefined,
    ...options,
  })
  const send: Transport['send'] = (endpoint, sendOptions, input) =>
    client.send(
      { operation: 'getThings', method: 'GET', path: '/things', read: anything, ...endpoint } as Endpoint<
        never,
        never
      >,
      input as never,
      { intercept: (inner) => inner, ...sendOptions },
    )
  return {
    clock,
    events,
    send,
    call: (method = 'GET', sendOptions) => clock.until(send({ method }, sendOptions)),
  }
}

/** A schema that lets everything pass. */
const anySchema = {
  '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) },
} as const

function anything(answer: Answer): unknown {
  return answer.parse(anySchema)
}
