import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Fetch, fileStorage, type TokenStorage } from 'latchkey'
import { fakeClock } from 'latchkey/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PLACES } from '../fuzz/places.ts'
import { PASSWORD, VICTIMS } from '../fuzz/victims.ts'
import { Showing } from './traces.ts'

const HOUR_MS = 3_600_000
const TOKEN_FIELD = /token$|^jwt$/

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-secrets-'))
})
// A file of a client that nobody waits for may yet come.
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }))

/** Every token that goes over the wire. */
function tapping() {
  const secrets = new Set([PASSWORD])
  const note = (value: unknown, key = ''): void => {
    // An empty one tells that there is none any more.
    if (value && typeof value === 'string' && TOKEN_FIELD.test(key)) secrets.add(value)
    if (typeof value === 'object' && value !== null) {
      for (const [name, part] of Object.entries(value)) note(part, name)
    }
  }
  const tap =
    (fetch: Fetch): Fetch =>
    async (...args) => {
      const response = await fetch(...args)
      note(response.headers.get('authorization'), 'token')
      note(response.headers.get('clerk-db-jwt'), 'token')
      note(
        await response
          .clone()
          .json()
          .catch(() => {}),
      )
      return response
    }
  return { secrets, tap }
}

/** Once it is broken, every error quotes whatever it was given, or has. */
function indiscreet(inner: TokenStorage): TokenStorage & { isBroken: boolean } {
  const seen: unknown[] = []
  const guarded = <T>(act: () => T, ...given: unknown[]): T => {
    seen.push(...given)
    if (storage.isBroken) throw new Error(seen.join(' '))
    return act()
  }
  const storage = {
    ...inner,
    isBroken: false,
    read: (key: string) => guarded(() => inner.read(key)),
    replace: (key: string, expected: string | null, next: string) =>
      guarded(() => inner.replace(key, expected, next), expected, next),
    exclusive: ((...args) => guarded(() => inner.exclusive(...args))) as TokenStorage['exclusive'],
  }
  return storage
}

const STORAGES = [...Object.keys(PLACES), 'file']

describe.each(Object.entries(VICTIMS))('no secret of %s shows', (api, open) => {
  it.each(STORAGES)('whichever the storage, and whatever it does: %s', async (name) => {
    const path = join(folder, `${api} ${name}`.replaceAll(' ', '-'))
    const place = PLACES[name]?.(fakeClock())
    const clock = place?.clock ?? fakeClock({ settleTurns: 200 })
    const storage = indiscreet(place?.storage ?? fileStorage(path, { clock }))
    const { secrets, tap } = tapping()
    const first = open({ clock, storage, tamper: tap })
    const second = open({ clock, storage, tamper: () => tap(first.server.fetch) })
    const showings = [first, second].map(({ client }) => new Showing(client))
    const both = async (act: (victim: typeof first) => Promise<unknown>): Promise<void> => {
      for (const [index, victim] of [first, second].entries()) {
        await showings[index]?.of(() => clock.until(act(victim).then(() => undefined)))
      }
    }
    await showings[0]?.of(() => clock.until(first.signIn().then(() => undefined)))
    await both(({ client }) => client.session.restore())
    await both(({ client }) => client.session.refresh())
    await clock.advance(HOUR_MS)
    await both(({ calls }) => calls.fetch?.() ?? expect.unreachable())
    storage.isBroken = true
    await clock.advance(2 * HOUR_MS)
    await both(({ calls }) => calls.fetch?.() ?? expect.unreachable())
    await both(({ client }) => client.session.restore())
    await both(({ client }) => client.session.end())
    await both(({ client }) => client.session.close())
    expect(secrets.size).toBeGreaterThan(1)
    for (const showing of showings) showing.expectNone([...secrets])
  })
})
