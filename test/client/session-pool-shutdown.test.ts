import { ConfigurationError, memoryStorage, SessionPool } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { gate, HOUR_MS, poolWorld } from './pool-world.ts'

describe('a pool that is shut down', () => {
  it('begins nothing more', async () => {
    const { pool, made, touch } = poolWorld()
    await touch('user-1')
    await pool.close()
    await expect(pool.use('user-1', () => {})).rejects.toBeInstanceOf(ConfigurationError)
    await expect(pool.use('user-2', () => {})).rejects.toBeInstanceOf(ConfigurationError)
    expect(made).toEqual(['user-1'])
    expect(pool.size).toBe(0)
  })

  it('waits for what is under way, and lets it finish its work', async () => {
    const { clock, pool, signIn, call } = poolWorld()
    await signIn('user-1', 'user-2')
    const [one, two] = [gate(), gate()]
    const first = pool.use('user-1', (client) => one.passed.then(() => call(client)))
    const second = pool.use('user-2', (client) => two.passed.then(() => call(client)))
    let closed = false
    const closing = pool.close().then(() => {
      closed = true
    })
    await expect(pool.use('user-1', () => {})).rejects.toBeInstanceOf(ConfigurationError)
    one.open()
    expect(await clock.until(first)).toBe(1)
    await clock.advance(1000)
    expect(closed).toBe(false)
    two.open()
    expect(await clock.until(second)).toBe(2)
    await clock.until(closing)
    expect(pool.size).toBe(0)
  })

  it('waits for a refresh that nobody waits for any more, and loses no session', async () => {
    const { clock, server, inner, pool, signIn, use } = poolWorld()
    await signIn('user-1')
    await clock.advance(HOUR_MS)
    server.fault('refreshSession', { kind: 'delay', ms: 60_000 })
    await use('user-1', (client) => client.session.getAccessToken({ timeout: 1000 }).catch(() => {}))
    let closed = false
    const closing = pool.close().then(() => {
      closed = true
    })
    await clock.advance(50_000)
    expect(closed).toBe(false)
    await clock.until(closing)
    const key = '"user-1" latchkey saferme https://api.safer.me/ com.thundermaps.saferme'
    expect(inner.read(key)).toContain(server.sessions[0]?.accessToken)
  })

  it('closes every client: nothing of them runs on', async () => {
    const { clock, pool, signIn } = poolWorld({ options: { keepAlive: true } })
    await signIn('user-1', 'user-2', 'user-3')
    expect(clock.pending).toBe(3)
    await pool.close()
    expect(clock.pending).toBe(0)
  })

  it('is shut down once, however often that is asked for', async () => {
    const closes: string[] = []
    const pool = new SessionPool({
      storage: memoryStorage(),
      client: (key) => ({ session: { settled: true, close: async () => void closes.push(key) } }),
    })
    const use = gate()
    const using = pool.use('user-1', () => use.passed)
    const closing = [pool.close(), pool.close()]
    use.open()
    await Promise.all([using, ...closing, pool.close()])
    expect(closes).toEqual(['user-1'])
  })

  it('waits for the others where one can not be closed', async () => {
    const slow = gate()
    const closed: string[] = []
    const pool = new SessionPool({
      storage: memoryStorage(),
      client: (key) => ({
        session: {
          settled: true,
          close: async () => {
            if (key === 'broken') throw new Error('can not be closed')
            await slow.passed
            closed.push(key)
          },
        },
      }),
    })
    await pool.use('broken', () => {})
    await pool.use('slow', () => {})
    const closing = pool.close()
    setTimeout(slow.open, 0)
    await closing
    expect(closed).toEqual(['slow'])
  })
})

it('a dropped client that can not be closed crashes nothing', async () => {
  const pool = new SessionPool({
    storage: memoryStorage(),
    max: 1,
    client: () => ({
      session: { settled: true, close: () => Promise.reject(new Error('can not be closed')) },
    }),
  })
  for (const key of ['user-1', 'user-2', 'user-3']) await pool.use(key, () => {})
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(pool.size).toBe(1)
})
