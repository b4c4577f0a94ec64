import fc from 'fast-check'
import type { TokenStorage } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { asynchronousStorage, farAway, unlocked } from './frail-storage.ts'
import { eventsOf, saferMeWorld } from './saferme-world.ts'
import { scheduledFetch, untilSettled } from './scheduled.ts'

describe('two clients on one storage', () => {
  it('refresh once between them each time the token runs out, in whatever order things happen', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, watching) => {
        const { clock, server, storage: inner, client, signedIn, runOut } = saferMeWorld()
        await signedIn()
        const storage = asynchronousStorage(inner, (label) => scheduler.schedule(Promise.resolve(), label))
        const fetch = scheduledFetch(scheduler, server.fetch)
        const clients = [client({ storage, fetch }), client({ storage, fetch })]
        const events = clients.map(eventsOf)
        if (watching) for (const { session } of clients) session.subscribe(() => {})
        for (let expiry = 1; expiry <= 3; expiry++) {
          await runOut()
          const calls = clients.flatMap((one) => [one.fetch('/api/v4/a'), one.fetch('/api/v4/b')])
          const responses = await untilSettled(scheduler, clock, Promise.all(calls))
          expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200])
          expect(server.count('refreshSession')).toBe(expiry)
        }
        const tokens = await scheduler.waitFor(
          Promise.all(clients.map(({ session }) => session.getAccessToken())),
        )
        expect(tokens).toEqual(clients.map(() => server.sessions[0]?.accessToken))
        for (const { names } of events) expect(names).not.toContain('ended')
        await scheduler.waitIdle()
        expect(clock.pending).toBe(0)
      }),
      { numRuns: 60 },
    )
  })

  it('refresh once between them when the server refuses the token to both', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { server, storage: inner, client, signedIn } = saferMeWorld()
        await signedIn()
        const storage = asynchronousStorage(inner, (label) => scheduler.schedule(Promise.resolve(), label))
        const fetch = scheduledFetch(scheduler, server.fetch)
        const clients = [client({ storage, fetch }), client({ storage, fetch })]
        await scheduler.waitFor(Promise.all(clients.map(({ session }) => session.restore())))
        server.clockOffset = 2 * 3_600_000
        server.exposeDate = false
        const responses = await scheduler.waitFor(
          Promise.all(clients.flatMap((one) => [one.fetch('/api/v4/a'), one.fetch('/api/v4/b')])),
        )
        expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200])
        expect(server.count('refreshSession')).toBe(1)
      }),
      { numRuns: 60 },
    )
  })

  it('hear of a sign-out of the other, even where the notice comes while the storage is being read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { server, storage: inner, client, signedIn } = saferMeWorld()
        const first = await signedIn()
        const storage = asynchronousStorage(inner, (label) => scheduler.schedule(Promise.resolve(), label))
        const second = client({ storage, fetch: scheduledFetch(scheduler, server.fetch) })
        second.session.subscribe(() => {})
        const ended = scheduler.schedule(Promise.resolve(), 'sign out').then(() => first.session.end())
        await scheduler.waitFor(ended)
        await scheduler.waitIdle()
        expect(second.session.snapshot().status).not.toBe('active')
      }),
      { numRuns: 60 },
    )
  })
})

it('a client that was refused goes on with what another has won in the last moment', async () => {
  const { clock, server, storage: inner, client, signedIn, runOut } = saferMeWorld()
  const other = client({ storage: { ...inner, exclusive: unlocked } })
  let isTooLate = false
  const storage: TokenStorage = {
    ...farAway(inner),
    replace: async (key, expected, next) => {
      if (!isTooLate && JSON.parse(next).ended === 'revoked') {
        isTooLate = true
        await other.session.refresh()
      }
      return inner.replace(key, expected, next)
    },
  }
  const one = await signedIn({ storage })
  await clock.until(other.session.restore())
  const { names } = eventsOf(one)
  await runOut()
  server.fault('refreshSession', { kind: 'status', status: 401 })
  expect((await clock.until(one.fetch('/api/v4/reports'))).status).toBe(200)
  expect(isTooLate).toBe(true)
  expect(names).not.toContain('ended')
  expect(server.count('refreshSession')).toBe(2)
})
