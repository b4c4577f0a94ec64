import mitt, { type Emitter as Bus } from 'mitt'
import { isPromise } from './maybe-promise.ts'

/** Options of every `on`. */
export interface ListenOptions {
  /** Stops listening when it is aborted. */
  readonly signal?: AbortSignal
}

/** Ends what the call that answered it has begun. To call it again does nothing. */
export type Stop = () => void

/**
 * Calls `listener` at each event of `type`, and answers the function that stops it. What a listener throws,
 * or rejects with, breaks nothing.
 */
export type Listen<Events> = <Type extends keyof Events & string>(
  type: Type,
  listener: (event: Events[Type]) => void,
  options?: ListenOptions,
) => Stop

/** Calls the listeners of `type`, in the order in which they were added. */
export type Emit<Events> = <Type extends keyof Events & string>(type: Type, event: Events[Type]) => void

/** The two ends of one event bus. */
export interface Emitter<Events> {
  readonly on: Listen<Events>
  readonly emit: Emit<Events>
}

export function createEmitter<Events extends object>(): Emitter<Events> {
  // Made for the first listener: most of a server's many sessions never have one.
  let bus: Bus<Record<string, unknown>> | undefined
  return {
    on: (type, listener, { signal } = {}) => {
      if (signal?.aborted) return () => {}
      bus ??= mitt()
      const call = guard(listener as (event: unknown) => void)
      let listening = true
      // An emission that is under way goes on with the listeners that it began with.
      const guarded = (event: unknown): void => {
        if (listening) call(event)
      }
      const stop = (): void => {
        listening = false
        bus?.off(type, guarded)
        signal?.removeEventListener('abort', stop)
      }
      bus.on(type, guarded)
      signal?.addEventListener('abort', stop, { once: true })
      return stop
    },
    emit: (type, event) => bus?.emit(type, event),
  }
}

/** Wraps a user's callback so that neither a throw nor a rejection gets out of it. */
/* @__NO_SIDE_EFFECTS__ */
export function guard<Args extends unknown[]>(callback: (...args: Args) => unknown): (...args: Args) => void {
  return (...args) => {
    try {
      const result = callback(...args)
      if (isPromise(result)) result.then(undefined, () => {})
    } catch {
      // A listener's mistake is the listener's own.
    }
  }
}
