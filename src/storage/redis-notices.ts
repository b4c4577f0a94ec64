import type { Clock } from '../support/clock.ts'
import { guard } from '../support/emitter.ts'
import { startTimer } from '../support/timer.ts'
import type { RedisClient } from './redis-client.ts'
import { openSubscriber, type RedisSubscriber } from './redis-subscriber.ts'

/** Whoever listens for less long than this, in milliseconds, is not worth a connection: a refresh is over by then. */
const PATIENCE_MS = 1000

/** Calls `heard` at each message on `channel`, once there is a connection. Answers the function that stops it. */
export type Notices = (channel: string, heard: () => void) => () => void

/**
 * Messages on a connection of their own, a copy of the client's: it is opened for the first who listens for a while,
 * closed with the last or with the client, and keeps no process alive. Where a client can't be copied so, nothing is
 * ever heard.
 */
export function redisNotices(client: RedisClient, clock: Clock): Notices {
  const channels = new Map<string, Set<() => void>>()
  let subscriber: RedisSubscriber | undefined
  let stopOpening = (): void => {}

  const tell = (channel: string): void => {
    for (const heard of channels.get(channel) ?? []) heard()
  }
  /** What was said before the subscription held can't be told: whoever listens looks. */
  const subscribe = (channel: string): void => {
    subscriber?.subscribe(channel).then(
      () => tell(channel),
      () => {},
    )
  }
  const close = (): void => {
    stopOpening()
    subscriber?.close()
    subscriber = undefined
  }
  const open = (): void => {
    subscriber = openSubscriber(client, tell, close)
    for (const channel of channels.keys()) subscribe(channel)
  }
  return (channel, heard) => {
    if (channels.size === 0) stopOpening = startTimer(clock, PATIENCE_MS, guard(open), true)
    const listeners = channels.get(channel)
    if (listeners) listeners.add(heard)
    else {
      channels.set(channel, new Set([heard]))
      subscribe(channel)
    }
    return () => {
      const left = channels.get(channel)
      if (!left?.delete(heard) || left.size > 0) return
      channels.delete(channel)
      subscriber?.unsubscribe(channel).catch(() => {})
      if (channels.size === 0) close()
    }
  }
}
