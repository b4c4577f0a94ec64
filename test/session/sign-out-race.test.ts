import fc from 'fast-check'
import { memoryStorage, SessionEndedError } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { sleep } from '../../src/support/timer.ts'
import { asynchronousStorage, clearableStorage, frailStorage, unlocked } from './frail-storage.ts'
import { ada, bob, eventsOf, MINUTE_MS, saferMeWorld, tokenOf } from './saferme-world.ts'
import { scheduledFetch } from './scheduled.ts'

/** When the second thing begins, and where the refresh's answer is slow: on the way there or on the way back. */
const timings = fc.record({
  begins: fc.integer({ min: 0, max: 6000 }),
  slow: fc.integer({ min: 0, max: 6000 }),
  before: fc.boolean(),
})

describe('a sign-out during a refresh', () => {
  it('ends signed out with nothing left on the server, whoever of the two clients refreshes', async () => {
    await fc.assert(
      fc.asyncProperty(timings, fc.boolean(), async ({ begins, slow, before }, byOther) => {
        const { clock, server, client, signedIn, runOut } = saferMeWorld()
        const first = await signedIn()
        const other = client()
        await clock.until(other.session.restore())
        await runOut()
        server.fault('refreshSession', { kind: 'delay', ms: slow, before })
        const call = (byOther ? other : first).fetch('/api/v4/reports').catch((error: unknown) => error)
        await clock.advance(begins)
        await clock.until(first.session.end())
        await clock.until(call)
        await clock.advance(MINUTE_MS)
        expect(server.sessions).toEqual([])
        expect(first.session.snapshot()).toEqual({ status: 'ended', reason: 'deleted' })
        expect(await clock.until(other.session.restore())).toMatchObject({ reason: 'elsewhere' })
      }),
      { numRuns: 60 },
    )
  })

  it('ends signed out in whatever order storage and network answer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, byOther) => {
        const { clock, server, storage: inner, client, signedIn, runOut } = saferMeWorld()
        await signedIn()
        const storage = asynchronousStorage(inner, (label) => scheduler.schedule(Promise.resolve(), label))
        const fetch = scheduledFetch(scheduler, server.fetch)
        const [first, other] = [client({ storage, fetch }), client({ storage, fetch })]
        await scheduler.waitFor(Promise.all([first.session.restore(), other.session.restore()]))
        await runOut()
        const call = (byOther ? other : first).fetch('/api/v4/reports').catch((error: unknown) => error)
        const ended = scheduler.schedule(Promise.resolve(), 'sign out').then(() => first.session.end())
        await scheduler.waitFor(Promise.all([ended, call]))
        await scheduler.waitIdle()
        expect(server.sessions).toEqual([])
        expect(first.session.snapshot()).toEqual({ status: 'ended', reason: 'deleted' })
        expect((await scheduler.waitFor(other.session.restore())).status).not.toBe('active')
        expect(clock.pending).toBe(0)
      }),
      { numRuns: 60 },
    )
  })
})

describe('a sign-out that the storage did not take', () => {
  it('is made good later, and revokes what another client has refreshed meanwhile', async () => {
    const { clock, server, storage: inner, client, signedIn, runOut } = saferMeWorld()
    const storage = frailStorage(inner)
    const one = await signedIn({ storage })
    const other = client()
    await clock.until(other.session.restore())
    Object.assign(storage.broken, { read: true, replace: true, exclusive: true })
    server.fault('deleteSession', { kind: 'drop-before' }, { times: Infinity })
    expect(await clock.until(one.session.end())).toMatchObject({ revoked: false })
    await runOut()
    expect((await clock.until(other.fetch('/api/v4/reports'))).status).toBe(200)
    Object.assign(storage.broken, { read: false, replace: false, exclusive: false })
    server.clearFaults()
    await clock.until(one.session.restore())
    await clock.advance(MINUTE_MS)
    expect(one.session.snapshot()).toEqual({ status: 'ended', reason: 'deleted' })
    expect(await clock.until(other.session.restore())).toEqual({ status: 'ended', reason: 'elsewhere' })
    expect(server.sessions).toEqual([])
  })
})

describe('a sign-out while the storage is slow', () => {
  it('leaves alone whom a later sign-in has signed in', async () => {
    const { clock, server, storage: inner, client } = saferMeWorld()
    let isFirst = true
    const storage = asynchronousStorage(inner, async (label) => {
      if (label !== 'read' || !isFirst) return
      isFirst = false
      await sleep(clock, 5000)
    })
    const one = client({ storage })
    const out = one.session.end()
    await clock.until(one.createSession(ada))
    expect(await clock.until(out)).toEqual({ revoked: false })
    expect(one.session.snapshot().status).toBe('active')
    expect(server.sessions).toHaveLength(1)
  })
})

describe('a sign-out while a sign-in is being written', () => {
  it('leaves nobody in the session that it undid, though it was read when it was there', async () => {
    const { clock, server, storage: inner, client, rejection } = saferMeWorld()
    let isSlow = false
    const storage = asynchronousStorage(inner, async (label) => {
      if (label.startsWith('replace')) await sleep(clock, 1000)
      if (label === 'read done' && isSlow) {
        isSlow = false
        await sleep(clock, 5000)
      }
    })
    const one = client({ storage })
    const signingIn = one.createSession(ada).catch((error: unknown) => error)
    await clock.advance(500)
    await one.session.end()
    await clock.advance(1000)
    isSlow = true
    const restored = one.session.restore()
    expect(await clock.until(signingIn)).toMatchObject(new SessionEndedError('superseded'))
    expect((await clock.until(restored)).status).toBe('none')
    expect(await rejection(one.session.getAccessToken())).toMatchObject({ code: 'no_session' })
    expect(server.sessions).toEqual([])
  })
})

describe('a sign-in that a later one has overtaken', () => {
  it('leaves nothing on the server where another client has refreshed what it wrote', async () => {
    const { clock, server, storage: inner, client } = saferMeWorld()
    const storage = asynchronousStorage(inner, async (label) => {
      if (label.startsWith('replace')) await sleep(clock, 1000)
    })
    const one = client({ storage })
    const signingIn = one.createSession(ada).catch((error: unknown) => error)
    await clock.advance(500)
    await one.session.end()
    await clock.advance(1000)
    await clock.until(client({ storage: { ...inner, exclusive: unlocked } }).session.refresh())
    expect(await clock.until(signingIn)).toMatchObject(new SessionEndedError('superseded'))
    expect(server.sessions).toEqual([])
  })

  it("doesn't take the later one's session along where the storage was cleared before it gave up", async () => {
    const { clock, server, client, ending } = saferMeWorld()
    const { storage, clear } = clearableStorage(memoryStorage({ clock }))
    const one = client({ storage })
    server.fault('createSession', { kind: 'delay', ms: 5000 })
    const overtaken = one.createSession(bob).catch((error: unknown) => error)
    await clock.until(one.createSession(ada))
    clear()
    expect(await clock.until(overtaken)).toBeInstanceOf(SessionEndedError)
    await clock.until(one.session.restore())
    expect(await ending(one.fetch('/api/v4/reports'))).toBe(200)
    await clock.advance(5000)
    expect(await clock.until(client({ storage }).session.restore())).toMatchObject({ status: 'active' })
  })
})

describe('a sign-in as another user during a refresh', () => {
  it('ends as the other user, and nothing of the first is sent in the name of the second', async () => {
    await fc.assert(
      fc.asyncProperty(timings, fc.boolean(), async ({ begins, slow, before }, byOther) => {
        const { clock, server, client, signedIn, runOut } = saferMeWorld()
        const first = await signedIn()
        const other = client()
        await clock.until(other.session.restore())
        await runOut()
        server.fault('refreshSession', { kind: 'delay', ms: slow, before })
        const caller = byOther ? other : first
        const call = caller.fetch('/api/v4/adas').catch((error: unknown) => error)
        await clock.advance(begins)
        await clock.until(first.createSession(bob))
        const end = await clock.until(call)
        await clock.advance(MINUTE_MS)
        const bobs = server.sessions.find(({ email }) => email === bob.email)
        expect(await clock.until(first.session.getAccessToken())).toBe(bobs?.accessToken)
        expect(await clock.until(other.session.getAccessToken())).toBe(bobs?.accessToken)
        const sent = server.requests.filter(({ path }) => path === '/api/v4/adas').map(tokenOf)
        expect(sent).not.toContain(bobs?.accessToken)
        if (!(end instanceof Response)) expect(end).toMatchObject(new SessionEndedError('superseded'))
        expect(end instanceof Response).toBe(sent.length > 0)
        expect(await (await clock.until(first.fetch('/api/v4/bobs'))).json()).toMatchObject({ user_id: 2 })
      }),
      { numRuns: 60 },
    )
  })

  it('keeps a refresh of the second apart from the refresh of the first', async () => {
    const { clock, server, signedIn, runOut } = saferMeWorld()
    const client = await signedIn()
    await runOut()
    server.fault('refreshSession', { kind: 'delay', ms: 10_000 })
    const call = client.fetch('/api/v4/adas').catch((error: unknown) => error)
    await clock.advance(1000)
    await clock.until(client.createSession(bob))
    expect(await call).toMatchObject(new SessionEndedError('superseded'))
    expect((await clock.until(client.refreshSession())).profile.user_id).toBe(2)
    expect(server.sessions.map(({ email, refreshes }) => [email, refreshes])).toEqual([[bob.email, 1]])
  })

  it('sends no replay of a request that was refused to the first', async () => {
    const { clock, server, signedIn } = saferMeWorld()
    const client = await signedIn()
    server.revoke()
    server.fault('api', { kind: 'delay', ms: 5000 })
    const call = client.fetch('/api/v4/adas').catch((error: unknown) => error)
    await clock.advance(1000)
    const events = eventsOf(client)
    await clock.until(client.createSession(bob))
    expect(await clock.until(call)).toMatchObject(new SessionEndedError('superseded'))
    expect(server.count('api')).toBe(1)
    expect(events.names).toEqual(['ended', 'created'])
  })
})

describe('sign-ins and sign-outs that overtake each other', () => {
  it('leave the last one standing, and no session on the server that nobody has', async () => {
    const { clock, server, client } = saferMeWorld()
    const one = client()
    server.fault('createSession', { kind: 'delay', ms: 3000 })
    const slow = one.createSession(ada).catch((error: unknown) => error)
    await clock.advance(1000)
    await clock.until(one.createSession(bob))
    expect(await clock.until(slow)).toMatchObject(new SessionEndedError('superseded'))
    expect(server.sessions.map(({ email }) => email)).toEqual([bob.email])
    expect(one.session.snapshot().status).toBe('active')
    expect(await clock.until(client().session.restore())).toMatchObject({ status: 'active' })
  })

  it('revoke what a sign-in got that was signed out while under way', async () => {
    const { clock, server, client } = saferMeWorld()
    const one = client()
    server.fault('createSession', { kind: 'delay', ms: 3000 })
    const slow = one.createSession(ada).catch((error: unknown) => error)
    await clock.advance(1000)
    expect(await clock.until(one.session.end())).toEqual({ revoked: false })
    expect(await clock.until(slow)).toMatchObject(new SessionEndedError('superseded'))
    expect(server.sessions).toEqual([])
    expect(one.session.snapshot().status).toBe('none')
    expect((await clock.until(client().session.restore())).status).toBe('none')
  })

  it('change nothing where a sign-in fails', async () => {
    const { clock, signedIn } = saferMeWorld()
    const client = await signedIn()
    const events = eventsOf(client)
    const failed = client.createSession({ email: ada.email, password: 'wrong' })
    await expect(clock.until(failed)).rejects.toMatchObject({ code: 'saferme_api', status: 401 })
    expect((await clock.until(client.fetch('/api/v4/reports'))).status).toBe(200)
    expect(events.all).toEqual([])
  })
})
