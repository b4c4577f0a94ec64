import { SessionClient, type SessionProtocol } from 'latchkey'
import { fakeClock } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'
import { ada, DEFAULT_KEY, eventsOf, HOUR_MS, MINUTE_MS, SECOND_MS, saferMeWorld } from './saferme-world.ts'

describe('a service that can sign in again', () => {
  it('goes on under new tokens and the same session when the server has ended it', async () => {
    const { clock, server, storage, client, signedIn } = saferMeWorld()
    const asked: number[] = []
    const reauthenticate = () => {
      asked.push(clock.now())
      return ada
    }
    const one = await signedIn({ reauthenticate })
    const stored = () => JSON.parse(String(storage.read(DEFAULT_KEY)))
    const { session } = stored()
    const events = eventsOf(one)
    server.revoke()
    const responses = await clock.until(
      Promise.all(Array.from({ length: 50 }, () => one.fetch('/api/v4/reports'))),
    )
    expect([...new Set(responses.map(({ status }) => status))]).toEqual([200])
    expect(asked).toHaveLength(1)
    expect(server.count('createSession')).toBe(2)
    expect(events.names).toEqual(['refreshed'])
    expect(stored()).toMatchObject({ session, generation: 2 })
    expect((await clock.until(client().fetch('/api/v4/reports'))).status).toBe(200)
  })

  it('signs in once between two clients', async () => {
    const { clock, server, client, signedIn } = saferMeWorld()
    const reauthenticate = () => ada
    const clients = [await signedIn({ reauthenticate }), client({ reauthenticate })]
    await clock.until(Promise.all(clients.map(({ session }) => session.restore())))
    server.revoke()
    const responses = await clock.until(Promise.all(clients.map((one) => one.fetch('/api/v4/reports'))))
    expect(responses.map(({ status }) => status)).toEqual([200, 200])
    expect(server.count('createSession')).toBe(2)
  })

  it('goes on after a lost answer', async () => {
    const { clock, server, signedIn, runOut } = saferMeWorld()
    const one = await signedIn({ reauthenticate: () => ada })
    await runOut()
    server.fault('refreshSession', { kind: 'drop-after' })
    expect((await clock.until(one.fetch('/api/v4/reports'))).status).toBe(200)
    expect(server.count('createSession')).toBe(2)
  })

  it('is not locked out by wrong credentials: it tries after a minute, then two, up to an hour', async () => {
    const { clock, server, signedIn, rejection } = saferMeWorld()
    let credentials = { email: ada.email, password: 'wrong' }
    const one = await signedIn({ reauthenticate: () => credentials })
    server.revoke()
    const first = clock.now()
    while (clock.now() - first < 6 * HOUR_MS) {
      expect(
        await rejection(one.session.getAccessToken({ timeout: 0 }).then(() => one.fetch('/api/v4/x'))),
      ).toBeDefined()
      await clock.advance(10 * SECOND_MS)
    }
    const tries = server.requests.filter(({ operation }) => operation === 'createSession').slice(1)
    const gaps = tries.map(({ at }, index) => (at - (tries[index - 1]?.at ?? at)) / MINUTE_MS).slice(1)
    expect(gaps.slice(0, 7).map(Math.round)).toEqual([1, 2, 4, 8, 16, 32, 60])
    for (const gap of gaps.slice(7)) expect(Math.round(gap)).toBe(60)
    expect(one.session.snapshot().status).toBe('active')
    credentials = ada
    await clock.advance(HOUR_MS)
    expect((await clock.until(one.fetch('/api/v4/reports'))).status).toBe(200)
  })

  it('does not sign in over and over where the tokens so made are refused', async () => {
    const { clock, server, signedIn, rejection } = saferMeWorld()
    const one = await signedIn({ reauthenticate: () => ada })
    for (let second = 0; second < 300; second++) {
      server.revoke()
      await rejection(one.fetch('/api/v4/reports', { signal: AbortSignal.timeout(1e9) }))
      await clock.advance(SECOND_MS)
    }
    expect(server.count('createSession')).toBeLessThan(8)
    expect(one.session.snapshot().status).toBe('active')
  })

  it('is not kept waiting when a session so made ends in its own good time', async () => {
    const { clock, server, signedIn, ending } = saferMeWorld()
    const one = await signedIn({ reauthenticate: () => ada })
    for (let hours = 0; hours < 3; hours++) {
      server.revoke()
      const before = clock.now()
      expect(await ending(one.fetch('/api/v4/reports'))).toBe(200)
      expect(clock.now() - before).toBeLessThan(SECOND_MS)
      await clock.advance(30 * MINUTE_MS)
    }
    expect(one.session.snapshot().status).toBe('active')
  })

  it('is told what its own callback failed with, and asked again later', async () => {
    const { clock, server, signedIn, rejection } = saferMeWorld()
    let vault = 'sealed'
    const one = await signedIn({
      reauthenticate: async () => {
        if (vault === 'sealed') throw new Error('password: hunter2')
        return ada
      },
    })
    server.revoke()
    const error = await rejection(one.fetch('/api/v4/reports'))
    expect(error).toMatchObject({ code: 'configuration' })
    expect(String(error)).not.toContain('hunter2')
    vault = 'open'
    await clock.advance(2 * MINUTE_MS)
    expect((await clock.until(one.fetch('/api/v4/reports'))).status).toBe(200)
  })
})

describe('a service whose tokens can not be renewed', () => {
  const endpoint = { operation: 'createKey', method: 'POST', path: '/keys', read: () => undefined } as const

  /** Keys that last a minute, for whoever is called right. */
  const keyWorld = () => {
    const clock = fakeClock()
    const asked: number[] = []
    let made = 0
    let user = 'me'
    const protocol: SessionProtocol<string, undefined> = {
      name: 'keys',
      refreshWindowMs: 0,
      early: 'never',
      repeatable: true,
      authorize: ({ headers }, tokens) => {
        if (tokens) headers.set('authorization', `Bearer ${tokens.accessToken}`)
      },
      create: async (send, name) => {
        asked.push(clock.now())
        if (name !== user) await send(endpoint, undefined)
        return {
          tokens: { accessToken: `key-${++made}`, expiresInMs: MINUTE_MS },
          resource: () => undefined,
        }
      },
      judge: () => 'revoked',
    }
    const client = new SessionClient(protocol, {
      baseUrl: 'https://keys.test',
      clock,
      reauthenticate: () => 'me',
      fetch: async (url) =>
        new Response(null, {
          status: String(url).endsWith('/keys') ? 403 : 200,
          headers: { date: new Date(clock.now()).toUTCString() },
        }),
    })
    const rename = (name: string): void => {
      user = name
    }
    return { clock, client, asked, rename }
  }
  it('signs in again each time they run out, without a break', async () => {
    const { clock, client, asked } = keyWorld()
    await clock.until(client.createSession('me'))
    for (let minute = 2; minute < 8; minute++) {
      await clock.advance(MINUTE_MS + SECOND_MS)
      expect(await clock.until(client.session.getAccessToken())).toBe(`key-${minute}`)
    }
    expect(asked).toHaveLength(7)
  })

  it('leaves the server alone for longer and longer once its credentials are refused', async () => {
    const { clock, client, asked, rename } = keyWorld()
    for (let session = 1; session <= 2; session++) {
      rename('me')
      await clock.until(client.createSession('me'))
      rename('you')
      asked.length = 0
      for (let tens = 0; tens < 6 * 40; tens++) {
        await clock.until(client.session.getAccessToken({ timeout: 0 }).catch(() => {}))
        await clock.advance(10 * SECOND_MS)
      }
      const gaps = asked.slice(1).map((at, index) => Math.round((at - (asked[index] ?? at)) / MINUTE_MS))
      expect(gaps).toEqual([1, 2, 4, 8, 16])
    }
  })
})
