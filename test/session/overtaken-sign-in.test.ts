import { memoryStorage, type TokenStorage } from 'latchkey'
import { expect, it } from 'vitest'
import { sleep } from '../../src/support/timer.ts'
import { unlocked } from './frail-storage.ts'
import { ada, bob, DEFAULT_KEY, eventsOf, MINUTE_MS, SECOND_MS, saferMeWorld } from './saferme-world.ts'

it('a sign-in that is overtaken while it is written leaves nobody in a session that it has replaced', async () => {
  const { clock, server, client, rejection } = saferMeWorld()
  const shared = memoryStorage({ clock })
  let slow = false
  const farAway: TokenStorage = {
    ...shared,
    read: async (key) => shared.read(key),
    replace: async (key, expected, next) => {
      const ms = slow ? 6 * SECOND_MS : 10
      slow = false
      await sleep(clock, ms)
      return shared.replace(key, expected, next)
    },
    exclusive: unlocked,
  }
  const [first, other] = [client({ storage: farAway }), client({ storage: farAway })]
  first.session.subscribe(() => {})
  await clock.until(first.createSession(ada))
  slow = true
  const overtaken = first.createSession(bob).catch((error: unknown) => error)
  await clock.advance(100)
  const ended = first.session.end()
  await clock.advance(SECOND_MS)
  await clock.until(other.createSession(ada))
  await clock.until(Promise.all([overtaken, ended]))
  const events = eventsOf(first)
  await clock.advance(MINUTE_MS)
  expect(events.names).not.toContain('adopted')
  expect(first.session.snapshot().status).toBe('ended')
  await clock.advance(60 * MINUTE_MS)
  expect(await rejection(first.fetch('/api/v4/reports'))).toMatchObject({ code: 'no_session' })
  expect(server.sessions.filter(({ email }) => email === bob.email)).toEqual([])
})

it('a sign-in replaces also the one that was still being written when it began', async () => {
  const { clock, storage: inner, client } = saferMeWorld()
  const written: { readonly session: string; readonly replaces: readonly string[] }[] = []
  const storage: TokenStorage = {
    ...inner,
    replace: async (key, expected, next) => {
      written.push(JSON.parse(next))
      if (written.length === 1) await sleep(clock, 5 * SECOND_MS)
      return inner.replace(key, expected, next)
    },
  }
  const one = client({ storage })
  const overtaken = one.createSession(bob).catch(() => {})
  await clock.advance(SECOND_MS)
  await clock.until(one.createSession(ada))
  await clock.until(overtaken)
  const [first, second] = written
  expect(second?.session).not.toBe(first?.session)
  expect(second?.replaces).toContain(first?.session)
})

it('a sign-in replaces what the storage had, though nobody has read it', async () => {
  const { clock, storage, client, signedIn } = saferMeWorld()
  const stored = () => JSON.parse(String(storage.read(DEFAULT_KEY)))
  await signedIn()
  const { session } = stored()
  await clock.until(client().createSession(bob))
  expect(stored().session).not.toBe(session)
  expect(stored().replaces).toContain(session)
})
