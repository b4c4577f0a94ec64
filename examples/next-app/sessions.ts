import { redisStorage, SaferMeClient, SessionPool, type TokenStorage } from 'latchkey'
import { createClient } from 'redis'

/** As long as a refresh token is good: an id that lay idle for longer is worth nothing. */
const IDLE_MS = 30 * 24 * 3_600_000

interface Sessions {
  readonly storage: TokenStorage
  readonly pool: SessionPool<SaferMeClient>
}

/** Next bundles the proxy, pages and routes apart, each with a copy of this module: what they share is here. */
const shared = globalThis as { sessions?: Sessions }

function open(): Sessions {
  const { REDIS_URL } = process.env
  const redis = createClient(REDIS_URL ? { url: REDIS_URL } : {})
  redis.on('error', ({ message }: Error) => console.error(`Redis: ${message}`))
  redis.connect().catch(() => {})
  const storage = redisStorage(redis, { timeToLiveMs: IDLE_MS })
  return { storage, pool: new SessionPool({ storage, client }) }
}

/** Opened at the first request: what is built has no Redis. */
function sessions(): Sessions {
  shared.sessions ??= open()
  return shared.sessions
}

function client(_: string, storage: TokenStorage): SaferMeClient {
  const { SAFERME_URL } = process.env
  return new SaferMeClient({ storage, ...(SAFERME_URL && { baseUrl: SAFERME_URL }) })
}

/** Runs a task with the session that belongs to an id. For the proxy, route handlers and server actions. */
export function withSession<T>(id: string, task: (saferme: SaferMeClient) => Promise<T>): Promise<T> {
  return sessions().pool.use(id, task)
}

/**
 * The same for Server Components, with the session as the proxy has left it. They may be rendered ahead, twice, or for
 * nobody: nothing is refreshed and nothing is written for them. A call whose token has run out rejects.
 */
export function viewSession<T>(id: string, task: (saferme: SaferMeClient) => Promise<T>): Promise<T> {
  return new SessionPool({ storage: readOnly(sessions().storage), client }).use(id, task)
}

/** What reaches no further than a request is not trusted with a refresh. */
function readOnly(storage: TokenStorage): TokenStorage {
  return {
    reach: 'request',
    read: (key) => storage.read(key),
    replace: () => false,
    exclusive: (_, task) => task(new AbortController().signal),
  }
}
