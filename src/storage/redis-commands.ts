import { StorageError } from '../errors/storage-error.ts'
import type { Clock } from '../support/clock.ts'
import { withDeadline } from '../support/deadline.ts'
import { codeOf } from '../support/error-code.ts'
import { type RedisClient, runScript } from './redis-client.ts'

/**
 * Runs a script on one key and answers what it returned. It settles in bounded time: a client that has lost its server
 * keeps commands back until there is one again.
 *
 * @throws {StorageError} Redis refused, or did not answer in time: the script may yet run.
 */
export type RedisCommand = (
  script: string,
  key: string,
  args?: readonly string[],
  /** Called with what the script returned after it had been given up. */
  late?: (reply: unknown) => void,
) => Promise<unknown>

export function redisCommands(client: RedisClient, timeoutMs: number, clock: Clock): RedisCommand {
  const error = (): StorageError => new StorageError('failed', `Redis did not answer within ${timeoutMs} ms`)
  return (script, key, args = [], late = () => {}) =>
    withDeadline(clock, { ms: timeoutMs, error }, async (signal) => {
      try {
        const reply = await runScript(client, script, key, args, signal)
        if (signal.aborted) late(reply)
        return reply
      } catch (thrown) {
        throw new StorageError('failed', `Redis could not be used: ${nameOf(thrown)}`)
      }
    })
}

/** What tells a failure from others. The rest of its message, and what else clients put into it, may hold a token. */
function nameOf(error: unknown): string {
  const thrown: Error = Object(error)
  return codeOf(error) ?? /^[A-Z]+(?= )/.exec(thrown.message)?.[0] ?? thrown.constructor.name
}
