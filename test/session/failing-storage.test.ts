import fc from 'fast-check'
import { memoryStorage, SessionEndedError, StorageError, type TokenStorage } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { asynchronousStorage, frailStorage } from './frail-storage.ts'
import { DEFAULT_KEY, eventsOf, HOUR_MS, MINUTE_MS, SECOND_MS, saferMeWorld } from './saferme-world.ts'

const frailWorld = (reach?: TokenStorage['reach']) => {
  const world = saferMeWorld()
  return { ...world, storage: frailStorage(world.storage, reach), inner: world.storage }
}

describe('a storage that never worked', () => {
  it.each(['read', 'replace', 'exclusive'] as const)(
    'gives way to private memory, with an event, where it fails to %s',
    async (what) => {
      const { clock, server, storage, client, runOut } = frailWorld()
      storage.broken[what] = true
      const blocked = client({ storage })
      const events = eventsOf(blocked)
      await clock.until(blocked.createSession({ email: 'ada@example.com', password: 'correct horse' }))
      expect(events.names).toContain('storageFailed')
      expect(events.names).toContain('created')
      await runOut()
      expect((await clock.until(blocked.fetch('/api/v4/reports'))).status).toBe(200)
      expect(server.count('refreshSession')).toBe(1)
    },
  )

  it('hides nobody’s session for good, where it could not be locked to tell garbage from a half-written record', async () => {
    const { clock, storage, inner, client, signedIn } = frailWorld()
    const signed = await signedIn()
    const stored = inner.read(DEFAULT_KEY)
    await inner.replace(DEFAULT_KEY, await stored, '{"v":1,"aud')
    storage.broken.exclusive = true
    const late = client({ storage })
    expect(await clock.until(late.session.restore())).toMatchObject({ status: 'none' })
    storage.broken.exclusive = false
    await clock.until(signed.session.restore())
    await clock.advance(SECOND_MS)
    expect(await clock.until(late.session.restore())).toMatchObject({ status: 'active' })
  })

  it('is used again from the next sign-in on', async () => {
    const { clock, storage, inner, client, signedIn } = frailWorld()
    storage.broken.read = storage.broken.replace = true
    const blocked = await signedIn({ storage })
    expect(inner.read(DEFAULT_KEY)).toBe(null)
    storage.broken.read = storage.broken.replace = false
    await clock.until(blocked.createSession({ email: 'ada@example.com', password: 'correct horse' }))
    expect(await clock.until(client().session.restore())).toMatchObject({ status: 'active' })
  })

  it.each(['machine', 'fleet'] as const)(
    'is no proof that nobody is signed in where a %s shares it',
    async (reach) => {
      const { clock, storage, client, signedIn, rejection } = frailWorld(reach)
      await signedIn({ storage })
      const other = client({ storage })
      storage.broken.read = true
      for (const call of [
        () => other.fetch('/api/v4/reports'),
        () => other.session.getAccessToken(),
        () => other.session.restore(),
      ]) {
        expect(await rejection(call())).toBeInstanceOf(StorageError)
      }
      expect(other.session.snapshot().status).toBe('unknown')
      storage.broken.read = false
      expect((await clock.until(other.fetch('/api/v4/reports'))).status).toBe(200)
    },
  )
})

describe('a storage that was cleared', () => {
  it('is given the session back by whoever has it', async () => {
    const { clock, server, client, signedIn } = saferMeWorld()
    const values = new Map<string, string>()
    const bare: TokenStorage = {
      ...memoryStorage({ clock }),
      read: (key) => values.get(key) ?? null,
      replace: (key, expected, next) =>
        (values.get(key) ?? null) === expected && Boolean(values.set(key, next)),
    }
    const one = await signedIn({ storage: bare })
    const events = eventsOf(one)
    values.clear()
    expect((await clock.until(one.fetch('/api/v4/reports'))).status).toBe(200)
    await clock.advance(2 * SECOND_MS)
    expect(await clock.until(client({ storage: bare }).session.restore())).toMatchObject({ status: 'active' })
    values.clear()
    await clock.advance(HOUR_MS)
    expect((await clock.until(one.fetch('/api/v4/reports'))).status).toBe(200)
    expect(server.count('refreshSession')).toBe(1)
    expect(values.get(DEFAULT_KEY)).toContain(server.sessions[0]?.accessToken)
    expect(events.names).toEqual(['refreshed'])
  })
})

describe('a full disk', () => {
  it('never costs a session, at whatever write it fails and for how many', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(8), fc.integer({ min: 1, max: 12 }), async (from, many) => {
        const { clock, server, storage, client, signedIn, runOut } = frailWorld()
        const one = await signedIn({ storage })
        storage.beforeWrite = (count) => {
          storage.broken.replace = count > 1 + from && count <= 1 + from + many
        }
        for (let expiry = 0; expiry < 3; expiry++) {
          await runOut()
          for (let call = 0; call < 3; call++) {
            await clock.until(one.fetch('/api/v4/reports').catch(() => {}))
            await clock.advance(2 * SECOND_MS)
          }
        }
        storage.beforeWrite = () => {}
        storage.broken.replace = false
        await clock.advance(MINUTE_MS)
        expect((await clock.until(one.fetch('/api/v4/reports'))).status).toBe(200)
        await clock.advance(2 * SECOND_MS)
        expect(one.session.snapshot().status).toBe('active')
        expect(await clock.until(client().session.getAccessToken())).toBe(server.sessions[0]?.accessToken)
        expect(server.refreshes).toBeGreaterThan(0)
        expect(server.refreshes).toBeLessThanOrEqual(3)
      }),
      { numRuns: 40 },
    )
  })

  it('sends no refresh that can not be marked, and serves the token while it is good', async () => {
    const { clock, server, storage, signedIn, rejection } = frailWorld()
    const one = await signedIn({ storage })
    await clock.advance(59.2 * MINUTE_MS)
    storage.broken.replace = true
    expect(await clock.until(one.session.getAccessToken())).toBe(server.sessions[0]?.accessToken)
    await clock.advance(MINUTE_MS)
    expect(await rejection(one.session.getAccessToken())).toBeInstanceOf(StorageError)
    expect(server.count('refreshSession')).toBe(0)
    expect(one.session.snapshot().status).toBe('active')
    storage.broken.replace = false
    await clock.advance(MINUTE_MS)
    expect(await clock.until(one.session.getAccessToken())).toBe(server.sessions[0]?.accessToken)
    expect(server.count('refreshSession')).toBe(1)
  })

  it('keeps what a refresh won in memory, and saves it when there is room again', async () => {
    const { clock, server, storage, client, signedIn, runOut } = frailWorld()
    const one = await signedIn({ storage })
    const events = eventsOf(one)
    await runOut()
    storage.beforeWrite = (count) => {
      storage.broken.replace = count > 2
    }
    expect((await clock.until(one.fetch('/api/v4/reports'))).status).toBe(200)
    expect(events.names.filter((name) => name !== 'storageFailed')).toEqual(['refreshed'])
    expect(events.names).toContain('storageFailed')
    storage.beforeWrite = () => {}
    storage.broken.replace = false
    await clock.advance(2 * SECOND_MS)
    await clock.until(one.fetch('/api/v4/reports'))
    await clock.advance(2 * SECOND_MS)
    expect(await clock.until(client().session.getAccessToken())).toBe(server.sessions[0]?.accessToken)
  })

  it('is overcome by what another client has refreshed from: unsaved tokens beat an end called lost', async () => {
    const { clock, server, storage, client, signedIn, runOut, rejection } = frailWorld()
    const one = await signedIn({ storage })
    const other = client()
    await clock.until(other.session.restore())
    await runOut()
    storage.beforeWrite = (count) => {
      storage.broken.replace = count > 2
    }
    await clock.until(one.fetch('/api/v4/reports'))
    await clock.advance(3 * MINUTE_MS)
    expect(await rejection(other.fetch('/api/v4/reports'))).toMatchObject(new SessionEndedError('lost'))
    storage.beforeWrite = () => {}
    storage.broken.replace = false
    expect((await clock.until(one.fetch('/api/v4/reports'))).status).toBe(200)
    await clock.advance(2 * SECOND_MS)
    expect((await clock.until(other.fetch('/api/v4/reports'))).status).toBe(200)
    expect(server.refreshes).toBe(1)
  })
})

describe('a lock that is not to be had', () => {
  it('serves the token while it is good, then says what is wrong, and sends nothing', async () => {
    const { clock, server, storage, signedIn, rejection } = frailWorld()
    const one = await signedIn({ storage })
    await clock.advance(59.2 * MINUTE_MS)
    storage.broken.exclusive = true
    expect(await clock.until(one.session.getAccessToken())).toBe(server.sessions[0]?.accessToken)
    await clock.advance(MINUTE_MS)
    expect(await rejection(one.session.getAccessToken())).toBeInstanceOf(StorageError)
    expect(server.count('refreshSession')).toBe(0)
    storage.broken.exclusive = false
    await clock.advance(MINUTE_MS)
    expect((await clock.until(one.fetch('/api/v4/reports'))).status).toBe(200)
  })

  it('does not keep back a token that is good when nobody lets go of it', async () => {
    const { clock, server, storage, signedIn } = frailWorld()
    const one = await signedIn({ storage })
    await clock.advance(59.01 * MINUTE_MS)
    const stuck: TokenStorage['exclusive'] = (_key, _task, { waitMs }) =>
      new Promise((_, reject) => clock.setTimeout(() => reject(new StorageError('locked', 'stuck')), waitMs))
    Object.assign(storage, { exclusive: stuck })
    expect(await clock.until(one.session.getAccessToken())).toBe(server.sessions[0]?.accessToken)
    expect(server.count('refreshSession')).toBe(0)
  })
})

describe('a slow storage', () => {
  it('is not asked over and over for a cool-down that another client began', async () => {
    const { clock, server, storage: inner, client, signedIn, runOut } = saferMeWorld()
    let reads = 0
    const storage = asynchronousStorage(inner, async (label) => {
      if (label === 'read') reads++
    })
    const one = await signedIn({ storage: { ...storage, watch: () => () => {} } })
    const other = client()
    await runOut()
    await clock.until(other.fetch('/api/v4/reports'))
    await runOut()
    server.fault('refreshSession', { kind: 'status', status: 503, headers: { 'retry-after': '20' } })
    void other.fetch('/api/v4/reports')
    await clock.advance(1)
    reads = 0
    const call = one.fetch('/api/v4/reports')
    await clock.advance(5000)
    expect(reads).toBeLessThan(10)
    expect((await clock.until(call)).status).toBe(200)
    expect(server.refreshes).toBe(2)
  })

  it('that fails while its lock is waited for crashes nothing', async () => {
    const { clock, server, storage, inner, signedIn, runOut } = frailWorld()
    const slow = { ...storage, read: async (key: string) => storage.read(key) }
    const one = await signedIn({ storage: slow })
    await runOut()
    let release = (): void => {}
    const task = () =>
      new Promise<void>((resolve) => {
        release = resolve
      })
    const held = storage.exclusive(DEFAULT_KEY, task, { waitMs: 0 })
    const call = one.fetch('/api/v4/reports')
    await clock.advance(10)
    storage.broken.read = true
    const stored = inner.read(DEFAULT_KEY) as string
    inner.replace(DEFAULT_KEY, stored, `${stored} `)
    await clock.advance(10)
    storage.broken.read = false
    release()
    await held
    expect((await clock.until(call)).status).toBe(200)
    expect(server.count('refreshSession')).toBe(1)
  })
})
