import {
  ClerkClient,
  ConfigurationError,
  memoryStorage,
  NoSessionError,
  SaferMeClient,
  SessionPool,
} from 'latchkey'
import { fakeClerk, fakeClock, fakeSaferMe } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'
import { HOUR_MS, poolWorld } from './pool-world.ts'

describe('a use', () => {
  it('answers what its task answers', async () => {
    const { pool } = poolWorld()
    expect(await pool.use('user-1', async ({ session }) => session.snapshot().status)).toBe('unknown')
    expect(await pool.use('user-1', () => 'at once')).toBe('at once')
  })

  it('rejects with what its task is rejected with, and the client serves on', async () => {
    const { pool, made } = poolWorld()
    const failure = new Error('the task’s own')
    await expect(pool.use('user-1', () => Promise.reject(failure))).rejects.toBe(failure)
    await expect(
      pool.use('user-1', () => {
        throw failure
      }),
    ).rejects.toBe(failure)
    await pool.use('user-1', () => {})
    expect(made).toEqual(['user-1'])
    await pool.close()
  })

  it('at the same time as others of its key sends one refresh for all', async () => {
    const { clock, server, pool, made, signIn, call } = poolWorld()
    await signIn('user-1', 'user-2')
    await clock.advance(HOUR_MS)
    const keys = Array.from({ length: 40 }, (_, index) => `user-${(index % 2) + 1}`)
    const answers = await clock.until(Promise.all(keys.map((key) => pool.use(key, call))))
    expect(answers).toEqual(keys.map((key) => Number(key.slice(-1))))
    expect(server.count('refreshSession')).toBe(2)
    expect(made).toEqual(['user-1', 'user-2'])
    expect(pool.size).toBe(2)
  })

  it.each(['', undefined, null, 7, {}])('of the key %j is refused: it may be anybody’s', async (key) => {
    const { pool, made } = poolWorld()
    await expect(pool.use(key as string, () => {})).rejects.toBeInstanceOf(ConfigurationError)
    expect(made).toEqual([])
    expect(pool.size).toBe(0)
  })

  it('whose client can not be made rejects with the reason, and the next one tries again', async () => {
    const failure = new Error('no such user')
    let fails = true
    const pool = new SessionPool({
      storage: memoryStorage(),
      client: (_, storage) => {
        if (fails) throw failure
        return new SaferMeClient({ storage })
      },
    })
    await expect(pool.use('user-1', () => 'done')).rejects.toBe(failure)
    expect(pool.size).toBe(0)
    fails = false
    expect(await pool.use('user-1', () => 'done')).toBe('done')
    await pool.close()
  })
})

describe('a session is out of reach of every other user', () => {
  it('even where all clients store under the same key', async () => {
    const { signIn, use, call } = poolWorld({ options: { key: 'session' } })
    await signIn('user-1')
    await expect(use('user-2', call)).rejects.toBeInstanceOf(NoSessionError)
    await signIn('user-2')
    expect(await use('user-1', call)).toBe(1)
    expect(await use('user-2', call)).toBe(2)
  })

  it('and so is its end', async () => {
    const { signIn, use, call } = poolWorld({ options: { key: 'session' } })
    await signIn('user-1', 'user-2')
    await use('user-1', (client) => client.deleteSession())
    expect(await use('user-2', call)).toBe(2)
  })

  it('on an API whose clients can not be given a key: each is a Clerk client of its own', async () => {
    const clock = fakeClock()
    const clerk = fakeClerk({ clock })
    clerk.addSession()
    const carried: (string | null)[] = []
    const storage = memoryStorage({ clock })
    const pool = new SessionPool({
      storage,
      client: (_, storage) =>
        new ClerkClient({
          frontendApi: 'clerk.test',
          mode: 'native',
          clock,
          storage,
          fetch: async (input, init) => {
            const request = new Request(input, init)
            carried.push(request.headers.get('authorization'))
            return clerk.fetch(request)
          },
        }),
    })
    const askTwice = async (client: ClerkClient): Promise<void> => {
      await client.getClient()
      await client.getClient()
    }
    await clock.until(pool.use('user-1', askTwice))
    await clock.until(pool.use('user-2', (client) => client.getClient()))
    const [first, again, other] = carried
    expect(first).toBeFalsy()
    expect(again).toBeTruthy()
    expect(other).toBeFalsy()
  })
})

it.each([0, -1, Number.NaN, 'many' as unknown as number, null as unknown as number])(
  'a pool that is told to hold %j clients says so at once instead of dropping all',
  (max) => {
    const client = () => new SaferMeClient()
    expect(() => new SessionPool({ storage: memoryStorage(), client, max })).toThrow(ConfigurationError)
  },
)

it('a service that never says how many clients to hold does not run out of memory', async () => {
  const server = fakeSaferMe()
  const storage = memoryStorage()
  const client = () => new SaferMeClient({ fetch: server.fetch, storage })
  const pool = new SessionPool({ storage, client })
  for (let user = 0; user < 1200; user++) await pool.use(`user-${user}`, () => {})
  expect(pool.size).toBe(1000)
})
