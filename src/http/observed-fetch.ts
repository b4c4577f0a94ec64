import { NetworkError } from '../errors/network-error.ts'
import type { Clock } from '../support/clock.ts'
import type { Emit } from '../support/emitter.ts'
import type { Fetch } from '../support/fetch.ts'
import type { RequestDescription, TransportEvents } from './transport-events.ts'

/** What watches the requests of a client go out. */
export interface Observer {
  readonly clock: Clock
  readonly emit: Emit<TransportEvents>
  /** Hears of every answer, with the wall clock's times around it. */
  readonly onAnswer?: ((response: Response, sentAt: number, receivedAt: number) => void) | undefined
}

/** How many requests a call has sent, over its attempts and replays. */
export interface Sends {
  count: number
}

/**
 * The innermost interceptor: tells of each request and its answer, and turns whatever a `fetch` throws into a
 * {@link NetworkError}, or into the reason of the signal that stopped it.
 */
export function observedFetch(
  fetch: Fetch,
  description: RequestDescription,
  observer: Observer,
  sends: Sends = { count: 0 },
): Fetch {
  const { clock, emit, onAnswer } = observer
  return async (input, init) => {
    const event = { ...description, attempt: ++sends.count }
    emit('request', event)
    const started = clock.monotonic()
    const sentAt = clock.now()
    const tell = (status?: number): void =>
      emit('response', {
        ...event,
        ...(status !== undefined && { status }),
        durationMs: clock.monotonic() - started,
      })
    try {
      const response = await fetch(input, init)
      onAnswer?.(response, sentAt, clock.now())
      tell(response.status)
      return response
    } catch (error) {
      tell()
      const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined)
      throw signal?.aborted ? signal.reason : networkError(description.operation, error)
    }
  }
}

/** The platform's own error is kept as the cause; what anybody else threw may hold anything. */
export function networkError(operation: string, error: unknown): NetworkError {
  return new NetworkError(
    `${operation}: no answer came`,
    error instanceof TypeError ? { cause: withoutBytes(error) } : undefined,
  )
}

/** Node's error for an answer that breaks HTTP's rules carries the bytes that it stumbled over: tokens, perhaps. */
function withoutBytes(error: TypeError): TypeError {
  const { data } = Object(error.cause) as { readonly data?: unknown }
  return data === undefined ? error : new TypeError(error.message)
}
