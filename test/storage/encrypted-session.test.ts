import {
  type EncryptionKeySource,
  encryptedStorage,
  memoryStorage,
  SaferMeClient,
  type TokenStorage,
} from 'latchkey'
import { fakeSaferMe } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'
import { tracesOf } from '../client/traces.ts'
import { ada, DEFAULT_KEY, eventsOf } from '../session/saferme-world.ts'
import { aesKey, keysOf } from './aes-keys.ts'

const [one, two] = await Promise.all([aesKey(1), aesKey(2)])

/** A SaferMe server, a storage, and clients that see it through keys. It runs on the real clock, as WebCrypto does. */
function encryptedWorld(reach: TokenStorage['reach'] = 'client') {
  const server = fakeSaferMe({ users: [ada] })
  const inner = { ...memoryStorage(), reach }
  const client = (keys: EncryptionKeySource = keysOf(one)) =>
    new SaferMeClient({ fetch: server.fetch, storage: encryptedStorage(inner, keys) })
  return {
    server,
    inner,
    client,
    raw: () => inner.read(DEFAULT_KEY) as string,
    put: (value: string) => inner.replace(DEFAULT_KEY, inner.read(DEFAULT_KEY) as string, value),
    signedIn: async () => {
      const signingIn = client()
      await signingIn.createSession(ada)
      return signingIn
    },
  }
}

function rejection(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** Keys that can be fetched only while `reachable`. */
function distantKeys() {
  const distance = { reachable: false }
  const fetchKeys = async () => {
    if (!distance.reachable) throw new Error('SECRET')
    return keysOf(one)
  }
  return { distance, fetchKeys }
}

describe('a session in an encrypted storage', () => {
  it('is shared, refreshed once, and nowhere to be read', async () => {
    const { server, signedIn, client, raw } = encryptedWorld()
    const clients = [await signedIn(), client(), client(keysOf(two, one))]
    await Promise.all(clients.map(({ session }) => session.restore()))
    await Promise.all(clients.map((one) => one.refreshSession()))
    expect(server.count('refreshSession')).toBe(1)
    const [session] = server.sessions
    for (const one of clients) expect(await one.session.getAccessToken()).toBe(session?.accessToken)
    expect(raw()).toMatch(/^lk1\./)
    expect(raw()).not.toContain(session?.accessToken)
    expect(raw()).not.toContain(session?.refreshToken)
  })

  it.each([
    ['tampered with', (raw: string) => `${raw.slice(0, -2)}${raw.endsWith('AA') ? 'BB' : 'AA'}`],
    ['cut short', (raw: string) => raw.slice(0, 40)],
    ['replaced by a plaintext that would be good', (_: string, plain: string) => plain],
  ])('that was %s is reported, is none, and is overwritten by the next sign-in', async (_, change) => {
    const { server, signedIn, client, raw, put } = encryptedWorld()
    const open = memoryStorage()
    await new SaferMeClient({ fetch: server.fetch, storage: open }).createSession(ada)
    await signedIn()
    put(change(raw(), open.read(DEFAULT_KEY) as string))
    const next = client()
    const events = eventsOf(next)
    expect((await next.session.restore()).status).toBe('none')
    expect(events.of('storageFailed')).toMatchObject([{ error: { failure: 'unreadable' } }])
    await next.createSession(ada)
    expect(await client().session.restore()).toMatchObject({ status: 'active' })
  })

  it('is put back by whoever still has it in memory', async () => {
    const { signedIn, put, raw } = encryptedWorld()
    const here = await signedIn()
    put('garbage')
    await here.session.restore()
    await expect.poll(raw).toMatch(/^lk1\./)
  })

  it.each(['client', 'origin', 'fleet'] as const)(
    'under a key that is not at hand is left alone, and is no proof that nobody is signed in: %s',
    async (reach) => {
      const { server, signedIn, client, raw } = encryptedWorld(reach)
      await signedIn()
      const before = raw()
      const stranger = client(keysOf(two))
      for (const call of [
        () => stranger.session.restore(),
        () => stranger.fetch('/api/v4/reports'),
        () => stranger.session.getAccessToken(),
      ]) {
        expect(await rejection(call())).toMatchObject({ code: 'storage', failure: 'unreadable' })
      }
      expect(stranger.session.snapshot().status).toBe('unknown')
      await stranger.createSession(ada)
      expect((await stranger.fetch('/api/v4/reports')).status).toBe(200)
      await stranger.session.restore()
      await stranger.refreshSession().catch(() => {})
      await stranger.session.end()
      expect(raw()).toBe(before)
      expect((await client().fetch('/api/v4/reports')).status).toBe(200)
      expect(server.sessions.length).toBe(1)
    },
  )

  it('is found as soon as its keys are', async () => {
    const { signedIn, client } = encryptedWorld()
    await signedIn()
    const { distance, fetchKeys } = distantKeys()
    const here = client(fetchKeys)
    expect(await rejection(here.fetch('/api/v4/reports'))).toMatchObject({ failure: 'unreadable' })
    distance.reachable = true
    expect((await here.fetch('/api/v4/reports')).status).toBe(200)
  })

  it('goes on in memory while its keys are away, and is stored once they are back', async () => {
    const { inner, client } = encryptedWorld()
    const { distance, fetchKeys } = distantKeys()
    const here = client(fetchKeys)
    await here.createSession(ada)
    expect((await here.fetch('/api/v4/reports')).status).toBe(200)
    expect(inner.read(DEFAULT_KEY)).toBe(null)
    distance.reachable = true
    const stored = async () => {
      await here.fetch('/api/v4/reports')
      return inner.read(DEFAULT_KEY)
    }
    await expect.poll(stored, { timeout: 5000 }).toMatch(/^lk1\./)
    expect(await client().session.restore()).toMatchObject({ status: 'active' })
  })

  it('shows no token, key or plaintext in what it tells and throws', async () => {
    const { server, signedIn, client, put, raw } = encryptedWorld()
    await signedIn()
    const [session] = server.sessions
    const sealed = raw()
    const told: unknown[] = []
    const attempt = async (keys: EncryptionKeySource) => {
      const here = client(keys)
      const events = eventsOf(here)
      told.push(await rejection(here.fetch('/api/v4/reports')), events.all, here.session.snapshot(), here)
    }
    await attempt(keysOf(two))
    await attempt(() => Promise.reject(new Error(`${session?.accessToken} SECRET`)))
    for (const value of [sealed.slice(0, -3), `{"v":1,"token":"${session?.accessToken}"}`]) {
      put(value)
      await attempt(keysOf(one))
    }
    const traces = tracesOf(told)
    for (const secret of ['SECRET', session?.accessToken, session?.refreshToken, sealed.split('.')[3]]) {
      expect(traces).not.toContain(secret)
    }
    expect(traces).toContain('unreadable')
  })
})
