import { ResponseValidationError } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { frailStorage } from './frail-storage.ts'
import { ada, bob, eventsOf, HOUR_MS, MINUTE_MS, saferMeWorld } from './saferme-world.ts'

describe('events', () => {
  it('tell each client its own part of a session, in order and without a token', async () => {
    const { clock, server, client, runOut } = saferMeWorld()
    const [first, second] = [client(), client()]
    const events = [eventsOf(first), eventsOf(second)]
    await clock.until(first.createSession(ada))
    await clock.until(second.session.restore())
    await runOut()
    server.fault('refreshSession', { kind: 'status', status: 503 })
    await clock.until(first.fetch('/api/v4/reports'))
    await clock.until(second.fetch('/api/v4/reports'))
    await clock.until(first.deleteSession())
    await clock.until(second.session.restore())
    expect(events[0]?.names).toEqual(['created', 'refreshFailed', 'refreshed', 'ended'])
    expect(events[0]?.of('refreshFailed')).toMatchObject([{ kind: 'transient', error: { status: 503 } }])
    expect(events[0]?.of('refreshed')).toMatchObject([{ kind: 'refreshed', resource: { branded_app_id: 1 } }])
    expect(events[0]?.of('ended')).toEqual([{ reason: 'deleted' }])
    expect(events[1]?.names).toEqual(['restored', 'adopted', 'ended'])
    expect(events[1]?.of('ended')).toEqual([{ reason: 'elsewhere' }])
    const [created] = events[0]?.of('created') ?? []
    expect(created?.expiresAt).toBe(Date.UTC(2026, 0, 1) + HOUR_MS)
    expect(events[1]?.of('restored')).toEqual([created])
    expect(JSON.stringify(events.map(({ all }) => all))).not.toMatch(/smt_/)
  })

  it('tell of a session that another user has replaced', async () => {
    const { clock, client, signedIn } = saferMeWorld()
    const first = await signedIn()
    const second = client()
    await clock.until(second.session.restore())
    const events = [eventsOf(first), eventsOf(second)]
    await clock.until(second.createSession(bob))
    await clock.until(first.session.getAccessToken())
    expect(events[1]?.names).toEqual(['ended', 'created'])
    expect(events[0]?.names).toEqual(['ended', 'adopted'])
    expect(events[0]?.of('ended')).toEqual([{ reason: 'superseded' }])
  })

  it('reach the others when a listener throws, and stop when it was taken off', async () => {
    const { clock, client } = saferMeWorld()
    const one = client()
    const heard: string[] = []
    const gone = new AbortController()
    one.session.on('created', () => {
      throw new Error('mine')
    })
    one.session.on('created', async () => Promise.reject(new Error('mine too')))
    one.session.on('created', () => void heard.push('created'))
    one.session.on('created', () => void heard.push('aborted'), { signal: gone.signal })
    one.session.on('created', () => void heard.push('stopped'))()
    one.session.subscribe(() => {
      throw new Error('and mine')
    })
    one.on('request', () => {
      throw new Error('here as well')
    })
    gone.abort()
    await clock.until(one.createSession(ada))
    expect(heard).toEqual(['created'])
    expect((await clock.until(one.fetch('/api/v4/reports'))).status).toBe(200)
  })

  it('find the new token in place when they are told of it', async () => {
    const { clock, server, signedIn, runOut } = saferMeWorld()
    const client = await signedIn()
    const tokens: Promise<string>[] = []
    client.session.on('refreshed', () => void tokens.push(client.session.getAccessToken()))
    await runOut()
    await clock.until(client.fetch('/api/v4/reports'))
    expect(await Promise.all(tokens)).toEqual([server.sessions[0]?.accessToken])
    expect(server.count('refreshSession')).toBe(1)
  })
})

describe('an answer with good tokens and a fault elsewhere', () => {
  const withoutUser = (json: unknown): unknown => {
    const { session } = json as { session: { profile: object } }
    return { session: { ...session, profile: { ...session.profile, user_uuid: undefined } } }
  }

  it('keeps the session that a refresh renewed, and tells of the drift', async () => {
    const { clock, server, client, signedIn, runOut } = saferMeWorld()
    const one = await signedIn()
    const events = eventsOf(one)
    await runOut()
    server.fault('refreshSession', { kind: 'patch', patch: withoutUser })
    expect((await clock.until(one.fetch('/api/v4/reports'))).status).toBe(200)
    expect([...events.names].sort()).toEqual(['drift', 'refreshed'])
    const [drift] = events.of('drift')
    expect(drift?.error).toBeInstanceOf(ResponseValidationError)
    expect(drift?.error).toMatchObject({ operation: 'refreshSession' })
    expect(await clock.until(client().session.getAccessToken())).toBe(server.sessions[0]?.accessToken)
  })

  it('keeps the session that a sign-in began', async () => {
    const { clock, server, client, rejection } = saferMeWorld()
    const one = client()
    server.fault('createSession', { kind: 'patch', patch: withoutUser })
    expect(await rejection(one.createSession(ada))).toBeInstanceOf(ResponseValidationError)
    expect((await clock.until(one.fetch('/api/v4/reports'))).status).toBe(200)
  })
})

describe('a callback of the program', () => {
  it('is never called while the lock is held, so it may call what it likes', async () => {
    const { clock, server, client, storage: inner, runOut } = saferMeWorld()
    const storage = frailStorage(inner)
    const one = client({
      storage,
      reauthenticate: () => {
        held.push(['reauthenticate', storage.held])
        return ada
      },
    })
    const held: [string, number][] = []
    const { session } = one
    for (const type of ['created', 'refreshed', 'refreshFailed', 'ended', 'storageFailed', 'drift'] as const)
      session.on(type, () => void held.push([type, storage.held]))
    for (const type of ['request', 'response', 'retry'] as const)
      one.on(type, ({ operation }) => {
        // A call of the program's own has nothing to do with what holds the lock meanwhile.
        if (operation !== 'fetch') held.push([`${type} ${operation}`, storage.held])
      })
    session.subscribe(() => void held.push(['subscriber', storage.held]))
    const call = () => clock.until(one.fetch('/api/v4/reports'))
    await clock.until(one.createSession(ada))
    await runOut()
    server.fault('refreshSession', { kind: 'status', status: 503 })
    await call()
    server.fault('refreshSession', { kind: 'patch', patch: () => ({}) })
    await runOut()
    await call()
    await runOut()
    let writes = 0
    storage.beforeWrite = () => {
      storage.broken.replace = ++writes > 1 && writes < 5
    }
    await call()
    await clock.advance(MINUTE_MS)
    server.revoke()
    await call()
    await clock.until(one.deleteSession())
    expect(held.filter(([, count]) => count > 0)).toEqual([])
    const names = new Set(held.map(([name]) => name))
    for (const name of ['storageFailed', 'refreshFailed', 'reauthenticate', 'request refreshSession'])
      expect(names).toContain(name)
  })
})
