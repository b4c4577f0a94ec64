import { ConfigurationError, NoSessionError, RequestValidationError } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { ada, bob, eventsOf, HOUR_MS, saferMeWorld } from './saferme-world.ts'

describe('a client', () => {
  it('does nothing until it is asked, and sends nothing where nobody is signed in', async () => {
    const { clock, server, storage, client, rejection } = saferMeWorld()
    let touched = 0
    const shy = {
      ...storage,
      read: (key: string) => {
        touched++
        return storage.read(key)
      },
    }
    const one = client({ storage: shy, keepAlive: true })
    await clock.advance(HOUR_MS)
    expect(touched).toBe(0)
    for (const call of [() => one.fetch('/api/v4/x'), () => one.session.refresh(), () => one.getSession()])
      expect(await rejection(call())).toBeInstanceOf(NoSessionError)
    expect(server.requests).toEqual([])
  })

  it('finds the session that another has left in the storage', async () => {
    const { clock, server, client, signedIn } = saferMeWorld()
    await signedIn()
    const one = client()
    const events = eventsOf(one)
    expect(await clock.until(one.session.restore())).toMatchObject({ status: 'active' })
    expect(events.names).toEqual(['restored'])
    expect(await clock.until(one.session.getAccessToken())).toBe(server.sessions[0]?.accessToken)
  })

  it('finds a session that begins elsewhere after it had found none', async () => {
    const { clock, client, rejection } = saferMeWorld()
    const one = client()
    expect(await rejection(one.fetch('/api/v4/reports'))).toBeInstanceOf(NoSessionError)
    await clock.until(client().createSession(ada))
    expect((await clock.until(one.fetch('/api/v4/reports'))).status).toBe(200)
  })
})

describe('refresh', () => {
  it('renews at once, whatever is left of the token, and says what came of it', async () => {
    const { clock, server, client, signedIn } = saferMeWorld()
    const one = await signedIn()
    const [refreshed, joined] = await clock.until(Promise.all([one.session.refresh(), one.session.refresh()]))
    expect(refreshed).toMatchObject({ kind: 'refreshed', resource: { branded_app_id: 1 } })
    expect(joined).toEqual(refreshed)
    expect(server.count('refreshSession')).toBe(1)
    expect((await clock.until(client().refreshSession())).profile.user_id).toBe(1)
    expect(server.count('refreshSession')).toBe(2)
  })
})

describe('adopt', () => {
  it('makes a session of tokens from elsewhere', async () => {
    const { clock, server, client, signedIn } = saferMeWorld()
    await signedIn({ key: 'old' })
    const [{ accessToken, refreshToken, expiresAt }] = server.sessions as [(typeof server.sessions)[0]]
    const one = client()
    const events = eventsOf(one)
    await clock.until(one.session.adopt({ accessToken, refreshToken, expiresAt }))
    expect(events.all).toEqual([['created', { expiresAt }]])
    await clock.advance(2 * HOUR_MS)
    expect((await clock.until(one.fetch('/api/v4/reports'))).status).toBe(200)
    expect(server.refreshes).toBe(1)
  })

  it.each(['', 'two words', 'line\nbreak', 'ümlaut', undefined, 7])(
    'refuses %j, and keeps what there was',
    async (accessToken) => {
      const { clock, signedIn } = saferMeWorld()
      const one = await signedIn()
      await expect(one.session.adopt({ accessToken } as never)).rejects.toBeInstanceOf(RequestValidationError)
      expect((await clock.until(one.fetch('/api/v4/reports'))).status).toBe(200)
    },
  )
})

describe('end', () => {
  it('signs out here, for all who share the storage, and on the server', async () => {
    const { clock, server, client, signedIn, rejection } = saferMeWorld()
    const one = await signedIn()
    expect(await clock.until(one.session.end())).toEqual({ revoked: true })
    expect(server.sessions).toEqual([])
    expect(await rejection(one.fetch('/api/v4/reports'))).toBeInstanceOf(NoSessionError)
    expect(await rejection(client().fetch('/api/v4/reports'))).toBeInstanceOf(NoSessionError)
    expect(await clock.until(one.session.end())).toEqual({ revoked: false })
    expect(server.count('deleteSession')).toBe(1)
  })

  it('works for a client that has not looked at the storage yet', async () => {
    const { clock, server, client, signedIn } = saferMeWorld()
    await signedIn()
    expect(await clock.until(client().session.end())).toEqual({ revoked: true })
    expect(server.sessions).toEqual([])
  })

  it('revokes with a live token where the one at hand has run out', async () => {
    const { clock, server, signedIn, runOut } = saferMeWorld()
    const one = await signedIn()
    await runOut()
    expect(await clock.until(one.session.end())).toEqual({ revoked: true })
    expect([server.count('refreshSession'), server.sessions]).toEqual([1, []])
  })

  it('calls a session revoked that the server had ended itself', async () => {
    const { clock, server, signedIn } = saferMeWorld()
    const one = await signedIn()
    server.revoke()
    expect(await clock.until(one.session.end())).toEqual({ revoked: true })
  })

  it('is over here at once where the server can not be reached, and says so', async () => {
    const { clock, server, client, signedIn } = saferMeWorld()
    const one = await signedIn()
    const events = eventsOf(one)
    server.fault('*', { kind: 'drop-before' }, { times: Infinity })
    const ended = one.session.end()
    expect(one.session.snapshot()).toEqual({ status: 'ended', reason: 'deleted' })
    expect(await clock.until(ended)).toMatchObject({ revoked: false, error: { code: 'network' } })
    expect(events.all).toEqual([['ended', { reason: 'deleted' }]])
    expect((await clock.until(client().session.restore())).status).toBe('none')
  })

  it('leaves a session alone that somebody else has begun meanwhile', async () => {
    const { clock, server, storage, client, signedIn } = saferMeWorld()
    const one = await signedIn({ storage: { ...storage, read: async (key) => storage.read(key) } })
    await clock.until(client().createSession(bob))
    expect(await clock.until(one.session.end())).toEqual({ revoked: true })
    expect(server.sessions.map(({ email }) => email)).toEqual([bob.email])
    expect(await clock.until(client().session.restore())).toMatchObject({ status: 'active' })
  })
})

describe('close', () => {
  it('waits for a refresh that must not be cut off, and leaves the session to the next', async () => {
    const { clock, server, client, signedIn, runOut } = saferMeWorld()
    const one = await signedIn()
    await runOut()
    server.fault('refreshSession', { kind: 'delay', ms: 5000 })
    const call = one.session.getAccessToken().catch((error: unknown) => error)
    await clock.advance(10)
    let closed = false
    const closing = one.session.close().then(() => {
      closed = true
    })
    await clock.advance(4000)
    expect(closed).toBe(false)
    await clock.until(closing)
    const current = server.sessions[0]?.accessToken
    expect(await clock.until(call)).toBe(current)
    expect(await clock.until(client().session.getAccessToken())).toBe(current)
    expect(server.count('refreshSession')).toBe(1)
  })

  it('turns later calls away', async () => {
    const { server, signedIn, rejection } = saferMeWorld()
    const one = await signedIn()
    const before = server.requests.length
    await one.session.close()
    for (const call of [
      () => one.fetch('/api/v4/reports'),
      () => one.createSession(ada),
      () => one.session.getAccessToken(),
      () => one.session.refresh(),
      () => one.session.restore(),
      () => one.session.adopt({ accessToken: 'x' }),
    ]) {
      expect(await rejection(call())).toBeInstanceOf(ConfigurationError)
    }
    expect(server.requests).toHaveLength(before)
  })

  it('starts no refresh any more, neither for who waits out a cool-down nor for a late 401', async () => {
    const { clock, server, signedIn, runOut, ending } = saferMeWorld()
    const one = await signedIn()
    server.fault('api', { kind: 'delay', ms: 2 * HOUR_MS })
    const late = one.fetch('/api/v4/forbidden')
    await runOut()
    server.fault('refreshSession', { kind: 'status', status: 503, headers: { 'retry-after': '10' } })
    const waiting = one.fetch('/api/v4/reports')
    await clock.advance(1000)
    await one.session.close()
    expect(await ending(waiting)).toBeInstanceOf(ConfigurationError)
    expect(await ending(late)).toBe(401)
    expect(server.count('refreshSession')).toBe(1)
    expect(clock.pending).toBe(0)
  })
})
