import { NetworkError } from '../errors/network-error.ts'
import type { Clock } from '../support/clock.ts'
import type { Emit } from '../support/emitter.ts'
import { type Fetch, signalOf } from '../support/fetch.ts'
import type { RequestDescription, TransportEvents } from './transport-events.ts'

/** Clocks of one machine that part by more than this during a request have jumped, in milliseconds. */
const CLOCKS_PARTED_MS = 2000

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
    try {
      const response = await fetch(input, init)
      const receivedAt = clock.now()
      const durationMs = clock.monotonic() - started
      // Where our own clock was set meanwhile, the answer's tells nothing of how far they are apart.
      if (Math.abs(receivedAt - sentAt - durationMs) <= CLOCKS_PARTED_MS)
        onAnswer?.(response, sentAt, receivedAt)
      emit('response', { ...event, status: response.status, durationMs })
      return response
    } catch (error) {
      emit('response', { ...event, durationMs: clock.monotonic() - started })
      const signal = signalOf(input, init)
      throw signal?.aborted ? signal.reason : networkError(description.operation, error)
    }
  }
}

/**
 * The time that an answer tells, in epoch milliseconds; `undefined` if it tells none, or a cache has kept it.
 *
 * @param origin whose clock is asked for
 */
export function readDate(response: Response, origin: string): number | undefined {
  const { headers } = response
  const told = headers.get('date')
  if (!told || Number(headers.get('age')) > 0) return undefined
  const { url } = response
  return url && new URL(url).origin !== origin ? undefined : Date.parse(told) || undefined
}

/** The platform's own error is kept as the cause; what anybody else threw may hold anything. */
export function networkError(operation: string, error: unknown): NetworkError {
  return new NetworkError(
    `${operation}: no answer came`,
    error instanceof TypeError ? { cause: harmless(error) } : undefined,
  )
}

const URLS = /\S+:\/\/\S+/g

/**
 * Some platforms quote the URL, which may hold a token, and Node the bytes that it stumbled over in an answer that
 * breaks HTTP's rules.
 */
function harmless(error: TypeError): TypeError {
  const { message, cause } = error
  const { data, path } = { ...error, ...Object(cause) } as {
    readonly data?: unknown
    readonly path?: unknown
  }
  const said = message.replace(URLS, '[URL]')
  return said === message && (data ?? path) === undefined ? error : new TypeError(said)
}
