import { SessionEndedError } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { farAway } from './frail-storage.ts'
import { ada, DEFAULT_KEY, eventsOf, MINUTE_MS, SECOND_MS, saferMeWorld } from './saferme-world.ts'

describe('a refresh whose answer is lost', () => {
  it('is tried again, and the refusal is named for what it is', async () => {
    const { server, signedIn, runOut, rejection } = saferMeWorld()
    const client = await signedIn()
    const events = eventsOf(client)
    await runOut()
    server.fault('refreshSession', { kind: 'drop-after' })
    expect(await rejection(client.fetch('/api/v4/reports'))).toMatchObject(new SessionEndedError('lost'))
    expect(server.count('refreshSession')).toBe(2)
    expect(events.names).toEqual(['refreshFailed', 'ended'])
    expect(client.session.snapshot()).toEqual({ status: 'ended', reason: 'lost' })
  })

  it.each([500, 502, 504, 408])('may have been lost behind a %i as well', async (status) => {
    const { server, signedIn, runOut, rejection } = saferMeWorld()
    const client = await signedIn()
    await runOut()
    server.fault('refreshSession', { kind: 'body', body: '{}', status })
    expect(await rejection(client.fetch('/api/v4/reports'))).toMatchObject(new SessionEndedError('lost'))
  })

  it('may have been lost behind an answer that nobody can read', async () => {
    const { server, signedIn, runOut, rejection } = saferMeWorld()
    const client = await signedIn()
    await runOut()
    server.fault('refreshSession', { kind: 'body', body: '{"session":{"access_tok' })
    expect(await rejection(client.fetch('/api/v4/reports'))).toMatchObject(new SessionEndedError('lost'))
  })

  it('goes on where the server had not acted', async () => {
    const { clock, server, signedIn, runOut } = saferMeWorld()
    const client = await signedIn()
    await runOut()
    server.fault('refreshSession', { kind: 'drop-before' }, { times: 3 })
    expect((await clock.until(client.fetch('/api/v4/reports'))).status).toBe(200)
    expect(server.count('refreshSession')).toBe(4)
  })
})

describe('a revocation', () => {
  it.each([503, 429, 420])('is not passed off as a lost answer after a %i', async (status) => {
    const { server, signedIn, runOut, rejection } = saferMeWorld()
    const client = await signedIn()
    await runOut()
    server.revoke()
    server.fault('refreshSession', { kind: 'status', status, body: {} })
    expect(await rejection(client.fetch('/api/v4/reports'))).toMatchObject(new SessionEndedError('revoked'))
    expect(server.count('refreshSession')).toBe(2)
  })

  it('ends the session for all who share it, each under its own name', async () => {
    const { clock, server, client, signedIn, rejection } = saferMeWorld()
    const first = await signedIn()
    const second = client()
    await clock.until(second.session.restore())
    const events = eventsOf(second)
    server.revoke()
    await rejection(first.fetch('/api/v4/reports'))
    expect(await rejection(second.fetch('/api/v4/reports'))).toEqual(new SessionEndedError('revoked'))
    expect(events.all).toEqual([['ended', { reason: 'revoked' }]])
    expect(server.count('refreshSession')).toBe(1)
  })
})

describe('a refusal after another client set its mark', () => {
  const halfWay = async (isFarAway = false) => {
    const world = saferMeWorld()
    const storage = isFarAway ? farAway(world.storage) : world.storage
    const gone = await world.signedIn({ storage })
    const here = world.client({ storage })
    await world.clock.until(here.session.restore())
    await world.runOut()
    world.server.fault('refreshSession', { kind: 'hang', acts: true })
    void gone.fetch('/api/v4/reports').catch(() => {})
    return { ...world, here }
  }

  it('is waited out while the other may still write what it won', async () => {
    const { clock, server, here, rejection } = await halfWay()
    await clock.advance(31 * SECOND_MS)
    expect(await rejection(here.fetch('/api/v4/reports'))).toMatchObject({ code: 'saferme_api', status: 401 })
    expect(here.session.snapshot().status).toBe('active')
    expect(server.count('refreshSession')).toBeGreaterThan(1)
    expect(server.count('refreshSession')).toBeLessThan(20)
  })

  it('is the end after two minutes, and called lost', async () => {
    const { clock, here, rejection } = await halfWay()
    await clock.advance(121 * SECOND_MS)
    expect(await rejection(here.fetch('/api/v4/reports'))).toMatchObject(new SessionEndedError('lost'))
  })

  it('is the end called lost also where the storage loses the mark before the refusal', async () => {
    const { clock, server, storage, here, rejection } = await halfWay(true)
    await clock.advance(31 * SECOND_MS)
    server.fault('refreshSession', { kind: 'delay', ms: 10 * SECOND_MS })
    // Nobody waits any more when the refusal comes.
    await rejection(here.session.getAccessToken({ timeout: 2 * SECOND_MS }))
    await storage.replace(DEFAULT_KEY, await storage.read(DEFAULT_KEY), 'lost')
    await clock.advance(2 * MINUTE_MS)
    expect(await rejection(here.fetch('/api/v4/reports'))).toMatchObject(new SessionEndedError('lost'))
  })
})

describe('an answer that comes after the lock was lost', () => {
  it('is kept, though the next in line was refused meanwhile', async () => {
    const { clock, server, client, signedIn, runOut } = saferMeWorld()
    const slow = await signedIn()
    const next = client()
    await clock.until(next.session.restore())
    const events = [eventsOf(slow), eventsOf(next)]
    await runOut()
    server.fault('refreshSession', { kind: 'delay', ms: 40 * SECOND_MS })
    const waiting = [slow, next].map((one) => one.session.getAccessToken({ timeout: 2 * MINUTE_MS }))
    const tokens = await clock.until(Promise.all(waiting))
    expect(tokens).toEqual([server.sessions[0]?.accessToken, server.sessions[0]?.accessToken])
    expect(server.refreshes).toBe(1)
    for (const { names } of events) expect(names).not.toContain('ended')
    expect(events[0]?.names).toEqual(['refreshed'])
    expect(events[1]?.names.at(-1)).toBe('adopted')
  })

  it('gives way where the next in line has refreshed', async () => {
    const { clock, server, client, signedIn, runOut } = saferMeWorld()
    const slow = await signedIn()
    const next = client()
    await clock.until(next.session.restore())
    await runOut()
    server.fault('refreshSession', { kind: 'delay', ms: 40 * SECOND_MS, before: true })
    const waiting = [slow, next].map((one) => one.session.getAccessToken({ timeout: 2 * MINUTE_MS }))
    const tokens = await clock.until(Promise.all(waiting))
    await clock.advance(MINUTE_MS)
    expect(tokens).toEqual([server.sessions[0]?.accessToken, server.sessions[0]?.accessToken])
    expect(server.refreshes).toBe(1)
    expect(slow.session.snapshot().status).toBe('active')
  })

  it('revokes nothing where somebody has signed in again for the same session', async () => {
    const { clock, server, client, signedIn, runOut } = saferMeWorld()
    const slow = await signedIn()
    slow.session.subscribe(() => {})
    const next = client({ reauthenticate: () => ada })
    await clock.until(next.session.restore())
    await runOut()
    server.fault('refreshSession', { kind: 'delay', ms: 4 * MINUTE_MS })
    const late = slow.session.getAccessToken({ timeout: 10 * MINUTE_MS })
    await clock.advance(SECOND_MS)
    const token = await clock.until(next.session.getAccessToken({ timeout: 3 * MINUTE_MS }))
    expect(server.count('createSession')).toBe(2)
    expect(await clock.until(late)).toBe(token)
    await clock.advance(5 * MINUTE_MS)
    expect(server.count('deleteSession')).toBe(0)
    expect(await clock.until(slow.session.getAccessToken())).toBe(token)
  })

  it('brings the session back that the other has given up as lost', async () => {
    const { clock, server, client, signedIn, runOut, rejection } = saferMeWorld()
    const slow = await signedIn()
    const next = client()
    next.session.subscribe(() => {})
    await clock.advance(0)
    await runOut()
    server.fault('refreshSession', { kind: 'delay', ms: 150 * SECOND_MS })
    const refreshed = slow.session.refresh({ timeout: 5 * MINUTE_MS })
    await clock.advance(125 * SECOND_MS)
    expect(await rejection(next.fetch('/api/v4/reports'))).toMatchObject(new SessionEndedError('lost'))
    expect(next.session.snapshot()).toEqual({ status: 'ended', reason: 'lost' })
    expect(await clock.until(refreshed)).toMatchObject({ kind: 'refreshed' })
    await clock.advance(1000)
    expect(next.session.snapshot().status).toBe('active')
    expect((await clock.until(next.fetch('/api/v4/reports'))).status).toBe(200)
    expect((await clock.until(slow.fetch('/api/v4/reports'))).status).toBe(200)
    expect(server.refreshes).toBe(1)
  })
})
