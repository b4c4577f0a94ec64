import { StorageError, type TokenStorage } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { frailStorage } from './frail-storage.ts'
import { ada, bob, eventsOf, HOUR_MS, MINUTE_MS, SECOND_MS, saferMeWorld } from './saferme-world.ts'

describe('a sign-in that the storage did not take', () => {
  it('gives way to a later one once a refresh has written it down', async () => {
    const { clock, server, storage: inner, client, signedIn, rejection } = saferMeWorld()
    const storage = frailStorage(inner)
    const one = await signedIn({ storage })
    const other = client({ storage })
    server.fault('createSession', { kind: 'delay', ms: 5 * SECOND_MS })
    const later = other.createSession(bob)
    storage.broken.replace = true
    await clock.advance(SECOND_MS)
    await clock.until(one.createSession(ada))
    storage.broken.replace = false
    server.fault('refreshSession', { kind: 'status', status: 503 })
    await rejection(one.session.refresh())
    await clock.until(later)
    await clock.until(one.session.restore())
    await clock.advance(MINUTE_MS)
    const bobs = server.sessions.find(({ email }) => email === bob.email)?.accessToken
    for (const { session } of [one, other]) expect(await clock.until(session.getAccessToken())).toBe(bobs)
  })
})

describe('a session that the storage has not got', () => {
  /** A client whose sign-in as Bob could not be saved, though the storage has worked before, and works again. */
  const unsaved = async () => {
    const world = saferMeWorld()
    const storage = frailStorage(world.storage)
    const one = await world.signedIn({ storage })
    storage.broken.replace = true
    await world.clock.until(one.createSession(bob))
    expect(one.session.settled).toBe(false)
    storage.broken.replace = false
    const isSaved = async (): Promise<void> => {
      const bobs = world.server.sessions.find(({ email }) => email === bob.email)?.accessToken
      expect(await world.clock.until(world.client().session.getAccessToken())).toBe(bobs)
      expect(one.session.settled).toBe(true)
    }
    return { ...world, storage, one, isSaved }
  }

  it('is written when the client is closed', async () => {
    const { clock, one, isSaved } = await unsaved()
    await clock.until(one.session.close())
    await isSaved()
    expect(clock.pending).toBe(0)
  })

  it('is written though nobody calls', async () => {
    const { clock, isSaved } = await unsaved()
    await clock.advance(MINUTE_MS)
    await isSaved()
    expect(clock.pending).toBe(0)
  })

  it('is written when the storage works again after an hour, though nobody calls', async () => {
    const { clock, storage, isSaved } = await unsaved()
    storage.broken.replace = true
    await clock.advance(HOUR_MS / 2)
    storage.broken.replace = false
    await clock.advance(MINUTE_MS)
    await isSaved()
  })

  it('holds up a shutdown for five seconds at the most', async () => {
    const { clock, storage, one } = await unsaved()
    storage.exclusive = () => new Promise(() => {})
    const before = clock.monotonic()
    await clock.until(one.session.close())
    expect(clock.monotonic() - before).toBe(5 * SECOND_MS)
    expect(clock.pending).toBe(0)
  })
})

it('a record that can not be read is told of once, however often it is asked for', async () => {
  const { clock, storage: inner, client, rejection } = saferMeWorld()
  let unreadable = true
  const storage: TokenStorage = {
    ...inner,
    reach: 'fleet',
    read: (key) => {
      if (unreadable) throw new StorageError('unreadable', 'It is sealed with a key that is not at hand')
      return inner.read(key)
    },
  }
  const one = client({ storage })
  const events = eventsOf(one)
  for (let time = 0; time < 3; time++) {
    expect(await rejection(one.session.restore())).toBeInstanceOf(StorageError)
  }
  expect(events.names).toEqual(['storageFailed'])
  unreadable = false
  await clock.until(one.session.restore())
  unreadable = true
  expect(await rejection(one.session.restore())).toBeInstanceOf(StorageError)
  expect(events.names).toEqual(['storageFailed', 'storageFailed'])
})
