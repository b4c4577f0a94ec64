/** A client of the package `redis`, version 5 or 6: a client, a pool, a cluster or a sentinel. */
export interface NodeRedisClient {
  /** Runs a script. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
}

/** A client of the package `ioredis`, version 5 or 6: a `Redis` or a `Cluster`. */
export interface IoRedisClient {
  readonly defineCommand: unknown
  /** Runs a script. */
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>
}

/** What {@link redisStorage} takes, as it is: whichever client a program has. */
export type RedisClient = NodeRedisClient | IoRedisClient

export function isIoRedis(client: RedisClient): client is IoRedisClient {
  return 'defineCommand' in client
}

/**
 * Runs a script on one key, which a cluster can do too.
 *
 * @param signal a command that is still waiting to be sent when it is aborted isn't sent, where the client can do that
 */
export function runScript(
  client: RedisClient,
  script: string,
  key: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<unknown> {
  if (isIoRedis(client)) return client.eval(script, 1, key, ...args)
  const { withAbortSignal } = client as { withAbortSignal?: (signal: AbortSignal) => NodeRedisClient }
  const abortable = withAbortSignal?.call(client, signal) ?? client
  return abortable.eval(script, { keys: [key], arguments: [...args] })
}
