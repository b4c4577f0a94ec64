import { SessionEndedError } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { eventsOf, MINUTE_MS, SECOND_MS, saferMeWorld } from './saferme-world.ts'

const CALLERS = 1000

function crowd<T>(call: (index: number) => Promise<T>, size = CALLERS): Promise<T[]> {
  return Promise.all(Array.from({ length: size }, (_, index) => call(index)))
}

const statuses = (responses: Response[]) => [...new Set(responses.map(({ status }) => status))]

describe('a crowd of callers', () => {
  it('costs one refresh when the token has run out', async () => {
    const { clock, server, signedIn, runOut } = saferMeWorld()
    const client = await signedIn()
    await runOut()
    const responses = await clock.until(crowd((index) => client.fetch(`/api/v4/reports/${index}`)))
    expect(statuses(responses)).toEqual([200])
    expect(server.count('refreshSession')).toBe(1)
    expect(server.count('api')).toBe(CALLERS)
  })

  it('costs one refresh when the token runs out within the window in which a refresh kills it', async () => {
    const { clock, server, signedIn } = saferMeWorld()
    const client = await signedIn()
    await clock.advance(59.5 * MINUTE_MS)
    const responses = await clock.until(crowd((index) => client.fetch(`/api/v4/reports/${index}`)))
    expect(statuses(responses)).toEqual([200])
    expect(server.count('refreshSession')).toBe(1)
    expect(server.count('api')).toBe(CALLERS)
  })

  it('costs one refresh when the server refuses the token to all of them', async () => {
    const { clock, server, signedIn } = saferMeWorld()
    const client = await signedIn()
    server.clockOffset = 2 * 60 * MINUTE_MS
    const responses = await clock.until(crowd(() => client.fetch('/api/v4/reports')))
    expect(statuses(responses)).toEqual([200])
    expect(server.count('refreshSession')).toBe(1)
    expect(server.count('api')).toBe(2 * CALLERS)
  })

  it('costs one refresh when refusals arrive long after the tokens were replaced', async () => {
    const { clock, server, signedIn } = saferMeWorld()
    const client = await signedIn()
    server.clockOffset = 2 * 60 * MINUTE_MS
    for (let index = 0; index < 1000; index++) server.fault('api', { kind: 'delay', ms: index * 9.7 })
    const responses = await clock.until(crowd(() => client.fetch('/api/v4/reports'), 1000))
    expect(statuses(responses)).toEqual([200])
    expect(server.count('refreshSession')).toBe(1)
  })

  it('costs one refresh when refusals arrive while that refresh is under way', async () => {
    const { clock, server, signedIn } = saferMeWorld()
    const client = await signedIn()
    server.clockOffset = 2 * 60 * MINUTE_MS
    server.fault('refreshSession', { kind: 'delay', ms: 5000 })
    for (let index = 0; index < 1000; index++) server.fault('api', { kind: 'delay', ms: index * 8 })
    const responses = await clock.until(crowd(() => client.fetch('/api/v4/reports'), 1000))
    expect(statuses(responses)).toEqual([200])
    expect(server.count('refreshSession')).toBe(1)
  })

  it('is not signed out by a 503, and goes on when the server said that it would be back', async () => {
    const { clock, server, signedIn, runOut } = saferMeWorld()
    const client = await signedIn()
    const events = eventsOf(client)
    await runOut()
    server.fault('refreshSession', { kind: 'status', status: 503, headers: { 'retry-after': '7' } })
    const before = clock.now()
    const responses = await clock.until(crowd(() => client.fetch('/api/v4/reports')))
    expect(statuses(responses)).toEqual([200])
    expect(server.count('refreshSession')).toBe(2)
    expect(clock.now() - before).toBeGreaterThanOrEqual(7000)
    expect(clock.now() - before).toBeLessThan(8000)
    expect(events.names).toEqual(['refreshFailed', 'refreshed'])
  })

  it('hears at once of a session that the server has ended, and asks about it once', async () => {
    const { clock, server, signedIn } = saferMeWorld()
    const client = await signedIn()
    const events = eventsOf(client)
    server.revoke()
    const ends = await clock.until(
      crowd(() => client.fetch('/api/v4/reports').catch((error: unknown) => error)),
    )
    for (const end of ends) expect(end).toMatchObject(new SessionEndedError('revoked'))
    expect(server.count('refreshSession')).toBe(1)
    expect(events.all).toEqual([['ended', { reason: 'revoked' }]])
  })
})

describe('a caller that gives up', () => {
  it('leaves with its own reason while the refresh goes on for the others', async () => {
    const { clock, server, signedIn, runOut } = saferMeWorld()
    const client = await signedIn()
    await runOut()
    server.fault('refreshSession', { kind: 'delay', ms: 20 * SECOND_MS })
    const leaving = new AbortController()
    const gone = client.fetch('/api/v4/reports', { signal: leaving.signal }).catch((error: unknown) => error)
    const late = client.session.getAccessToken({ timeout: 2000 }).catch((error: unknown) => error)
    const patient = client.fetch('/api/v4/reports')
    await clock.advance(1000)
    leaving.abort('bored')
    expect(await gone).toBe('bored')
    await clock.advance(1000)
    expect(await late).toMatchObject({ code: 'timeout' })
    expect((await clock.until(patient)).status).toBe(200)
    expect(server.count('refreshSession')).toBe(1)
  })

  it('starts no refresh where it had given up before', async () => {
    const { clock, server, signedIn, runOut } = saferMeWorld()
    const client = await signedIn()
    await runOut()
    const { session } = client
    const options = { signal: AbortSignal.abort('never mind') }
    await expect(session.getAccessToken(options)).rejects.toBe('never mind')
    await expect(session.refresh(options)).rejects.toBe('never mind')
    await clock.advance(SECOND_MS)
    expect(server.count('refreshSession')).toBe(0)
  })

  it('does not take the refresh with it when it was the only one', async () => {
    const { clock, server, signedIn, runOut } = saferMeWorld()
    const client = await signedIn()
    await runOut()
    server.fault('refreshSession', { kind: 'delay', ms: 20 * SECOND_MS })
    const gone = client.session.getAccessToken({ signal: AbortSignal.abort('never mind') })
    await expect(gone).rejects.toBe('never mind')
    const leaving = new AbortController()
    const left = client.session.getAccessToken({ signal: leaving.signal })
    await clock.advance(1000)
    leaving.abort('bored')
    await expect(left).rejects.toBe('bored')
    await clock.advance(30 * SECOND_MS)
    expect(server.count('refreshSession')).toBe(1)
    await clock.until(client.session.getAccessToken())
    expect(server.count('refreshSession')).toBe(1)
    expect(server.sessions[0]?.accessToken).toBe(await client.session.getAccessToken())
  })
})
