import { keyValueStorage, SaferMeClient } from 'latchkey'
import { fakeClock, fakeSaferMe } from 'latchkey/testing'
import { expect, it } from 'vitest'

it('a token that another tab has replaced twice meanwhile does not leave the caller with a 401', async () => {
  const clock = fakeClock()
  const server = fakeSaferMe({ clock })
  const values = new Map<string, string>()
  const store = {
    getItem: async (key: string) => values.get(key) ?? null,
    setItem: async (key: string, value: string) => void values.set(key, value),
  }
  const storage = keyValueStorage(store, { clock })
  const here = new SaferMeClient({ fetch: server.fetch, clock, storage })
  const there = new SaferMeClient({ fetch: server.fetch, clock, storage })
  await clock.until(here.createSession({ email: 'ada@example.com', password: 'correct horse' }))
  await clock.until(there.session.restore())

  server.fault('api', { kind: 'delay', ms: 5000, before: true })
  const call = here.fetch('/api/v4/reports')
  await clock.advance(1000)
  await clock.until(here.refreshSession())
  await clock.until(there.session.restore())
  await clock.until(there.refreshSession())

  expect((await clock.until(call)).status).toBe(200)
  expect(server.count('refreshSession')).toBe(2)
  expect((await clock.until(here.fetch('/api/v4/reports'))).status).toBe(200)
})
