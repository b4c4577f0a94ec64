import { guard } from '../support/emitter.ts'
import { isIoRedis, type RedisClient } from './redis-client.ts'

/** A connection that hears messages. It keeps no process alive. */
export interface RedisSubscriber {
  /** Resolves when nothing more will be missed. */
  readonly subscribe: (channel: string) => Promise<unknown>
  readonly unsubscribe: (channel: string) => Promise<unknown>
  readonly close: () => void
}

/** What of both packages' clients is used, as far as a client has it. */
interface Connection {
  on(event: string, listener: (...args: string[]) => void): unknown
  off(event: string, listener: (...args: string[]) => void): unknown
  subscribe(channel: string, listener?: (message: string, channel: string) => void): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
}

interface NodeRedisConnection extends Connection {
  duplicate(): NodeRedisConnection
  connect(): Promise<unknown>
  destroy(): void
  unref(): void
}

interface IoRedisConnection extends Connection {
  readonly stream?: { unref?(): void }
  duplicate(overrides: object): IoRedisConnection
  disconnect(): void
}

/**
 * Opens a copy of a client's connection. Answers `undefined` for what node-redis has besides clients of one connection:
 * a pool, a cluster, a sentinel. Copies of those can't be told to keep no process alive, nor when to end.
 *
 * @param ended called when the client itself is closed: nobody would close the copy
 */
export function openSubscriber(
  client: RedisClient,
  heard: (channel: string) => void,
  ended: () => void,
): RedisSubscriber | undefined {
  const original = client as object as Connection
  const subscriber = isIoRedis(client)
    ? overIoRedis(original as IoRedisConnection, heard)
    : overNodeRedis(original as NodeRedisConnection, heard)
  if (!subscriber) return undefined
  original.on('end', ended)
  return {
    ...subscriber,
    close: () => {
      original.off('end', ended)
      subscriber.close()
    },
  }
}

function overNodeRedis(
  original: NodeRedisConnection,
  heard: (channel: string) => void,
): RedisSubscriber | undefined {
  if (!('unref' in original)) return undefined
  const copy = original.duplicate()
  copy.on('error', () => {})
  copy.unref()
  const connected = copy.connect()
  connected.catch(() => {})
  return {
    subscribe: (channel) => connected.then(() => copy.subscribe(channel, (_, from) => heard(from))),
    unsubscribe: (channel) => connected.then(() => copy.unsubscribe(channel)),
    // Version 5 throws if it was never open.
    close: guard(() => copy.destroy()),
  }
}

function overIoRedis(original: IoRedisConnection, heard: (channel: string) => void): RedisSubscriber {
  // It is asked to subscribe before it is connected.
  const copy = original.duplicate({ enableOfflineQueue: true })
  copy.on('error', () => {})
  copy.on('connect', () => copy.stream?.unref?.())
  copy.on('message', heard)
  return {
    subscribe: (channel) => copy.subscribe(channel),
    unsubscribe: (channel) => copy.unsubscribe(channel),
    close: () => copy.disconnect(),
  }
}
