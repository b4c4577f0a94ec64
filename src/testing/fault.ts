import type { Clock } from '../support/clock.ts'
import { sleep } from '../support/timer.ts'
import type { ServerAnswer } from './route.ts'

/**
 * What goes wrong with one request. What matters most about each is whether the server acted: after a refresh
 * whose answer was lost, the tokens have been replaced and nobody has the new ones.
 *
 * - `drop-before`: the connection breaks before the server acts.
 * - `drop-after`: the server acts, and the connection breaks before its answer arrives.
 * - `hang`: no answer ever comes, and the request ends only with its signal. The server acts if `acts` is set.
 * - `delay`: the server acts at once, and its answer comes `ms` milliseconds later. With `before` it acts only
 *   after the delay, and not at all if the request was aborted meanwhile.
 * - `status`: something on the way (a gateway, a firewall) answers, and the server doesn't act. A `body` goes out
 *   as JSON; a string goes out as it is.
 * - `body`: the server acts, and this text arrives in place of its answer: as JSON and with the same status, unless given.
 * - `patch`: the server acts, and its JSON answer arrives as `patch` returns it.
 */
export type Fault =
  | { readonly kind: 'drop-before' }
  | { readonly kind: 'drop-after' }
  | { readonly kind: 'hang'; readonly acts?: boolean }
  | { readonly kind: 'delay'; readonly ms: number; readonly before?: boolean }
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: unknown
    }
  | {
      readonly kind: 'body'
      readonly body: string
      readonly contentType?: string
      readonly status?: number
    }
  | {
      readonly kind: 'patch'
      /** Answers the JSON that is to arrive. */
      readonly patch: (json: unknown) => unknown
    }

/** A broken connection, as the platform's `fetch` reports it. */
export function connectionLost(): TypeError {
  return new TypeError('fetch failed')
}

/** Lets the server `act` on a request as far as `fault` allows, and answers what arrives. */
export async function actUnder(
  fault: Fault | undefined,
  act: () => ServerAnswer,
  clock: Clock,
  signal: AbortSignal,
): Promise<ServerAnswer> {
  switch (fault?.kind) {
    case undefined:
      return act()
    case 'drop-before':
      throw connectionLost()
    case 'drop-after':
      act()
      throw connectionLost()
    case 'hang':
      if (fault.acts) act()
      return new Promise(() => {})
    case 'delay': {
      const answer = fault.before ? undefined : act()
      await sleep(clock, fault.ms, signal)
      return answer ?? act()
    }
    case 'status':
      return fault
    case 'body': {
      const answer = act()
      const headers = new Headers(answer.headers)
      headers.set('content-type', fault.contentType ?? 'application/json')
      return { status: fault.status ?? answer.status, headers, body: fault.body }
    }
    case 'patch': {
      const answer = act()
      return { ...answer, body: fault.patch(structuredClone(answer.body)) }
    }
  }
}
