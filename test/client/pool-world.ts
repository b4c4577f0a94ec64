import { SaferMeClient, type SaferMeClientOptions, SessionPool, type SessionPoolOptions } from 'latchkey'
import { fakeClock, fakeSaferMe } from 'latchkey/testing'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import { frailStorage } from '../session/frail-storage.ts'

export const HOUR_MS = 3_600_000

const USERS = Array.from({ length: 200 }, (_, index) => `user-${index + 1}`)

/** A clock, a SaferMe server of 200 users on it, a storage that can be broken, and a pool of clients. */
export function poolWorld({
  max,
  options = {},
}: Pick<SessionPoolOptions<SaferMeClient>, 'max'> & { readonly options?: SaferMeClientOptions } = {}) {
  const clock = fakeClock()
  const server = fakeSaferMe({
    clock,
    users: USERS.map((name) => ({ email: `${name}@example.com`, password: `password of ${name}` })),
  })
  const inner = memoryStorage({ clock })
  const storage = frailStorage(inner)
  /** For whom a client was made, in this order. */
  const made: string[] = []
  const pool = new SessionPool({
    storage,
    client: (key, storage) => {
      made.push(key)
      return new SaferMeClient({ fetch: server.fetch, clock, storage, ...options })
    },
    ...(max !== undefined && { max }),
  })
  const use = <T>(key: string, task: (client: SaferMeClient) => Promise<T>): Promise<T> =>
    clock.until(pool.use(key, task))
  const call = async (client: SaferMeClient): Promise<number> => {
    const answer = (await (await client.fetch('/api/v4/reports')).json()) as { user_id: number }
    return answer.user_id
  }
  return {
    clock,
    server,
    inner,
    storage,
    made,
    pool,
    use,
    /** Calls the API, and answers whom it took the caller for: the number in the user's name. */
    call,
    signIn: async (...keys: string[]) => {
      for (const key of keys) {
        const credentials = { email: `${key}@example.com`, password: `password of ${key}` }
        await use(key, (client) => client.createSession(credentials))
      }
    },
    /** Who is held: whose client need not be made for a use. It is a use. */
    isHeld: async (key: string): Promise<boolean> => {
      const before = made.length
      await use(key, async () => {})
      return made.length === before
    },
    touch: async (...keys: string[]) => {
      for (const key of keys) await use(key, async () => {})
    },
  }
}

/** A promise that a test settles. */
export function gate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open }
}
