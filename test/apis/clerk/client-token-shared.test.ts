import { type ClerkClient, memoryStorage, type TokenStorage } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { claimsOf, failureOf, refusal, world } from './client-setup.ts'

const MINT = 'createSessionToken'

/** As IndexedDB or Redis: every answer takes a while. */
function slow(inner: TokenStorage): TokenStorage {
  const later = async <T>(act: () => T): Promise<Awaited<T>> => {
    for (let turn = 0; turn < 3; turn++) await Promise.resolve()
    return await act()
  }
  return {
    reach: 'origin',
    read: (key) => later(() => inner.read(key)),
    replace: (key, expected, next) => later(() => inner.replace(key, expected, next)),
    exclusive: (key, task, options) => inner.exclusive(key, task, options),
  }
}

const storages = [
  ['at once', (storage: TokenStorage) => storage],
  ['after a while', slow],
] as const

describe.each(storages)('tabs that share a storage which answers %s', (_, wrapped) => {
  const tabs = (server = {}) => {
    const made = world(server)
    const storage = memoryStorage({ clock: made.clock })
    return { ...made, tab: () => made.open({ storage: wrapped(storage) }) }
  }

  it('fetch one token for all, also when they start at once', async () => {
    const { tab, until, server } = tabs()
    const open = Array.from({ length: 5 }, tab)
    await until(Promise.all(open.map((one) => one.getClient())))
    const tokens = await until(Promise.all(open.flatMap((one) => [one.getToken(), one.getToken()])))
    expect(new Set(tokens).size).toBe(1)
    expect(server.count(MINT)).toBe(1)
  })

  it('fetch one for all by a template, and for another organization', async () => {
    const { tab, until, server, id } = tabs({ templates: { hasura: {} } })
    const open = Array.from({ length: 3 }, tab)
    for (const key of [
      { sessionId: id, template: 'hasura' },
      { sessionId: id, organizationId: 'org_1' },
    ]) {
      expect(new Set(await until(Promise.all(open.map((one) => one.getToken(key))))).size).toBe(1)
    }
    expect([server.count(MINT), server.count('createSessionTokenWithTemplate')]).toEqual([1, 1])
  })

  it('are not stopped by the one of them whose first request fails', async () => {
    const { tab, until, server, id } = tabs()
    const open = Array.from({ length: 3 }, tab)
    server.fault(MINT, refusal(404, 'resource_not_found'))
    const outcomes = await until(
      Promise.allSettled(open.map((one: ClerkClient) => one.getToken({ sessionId: id }))),
    )
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(server.count(MINT)).toBe(2)
  })

  it('hand out no token of the organization that one of them has left, whichever it has', async () => {
    const { tab, until, id, server } = tabs({ templates: { hasura: {} } })
    const [one, two] = [tab(), tab()]
    const keys = [{ sessionId: id }, { sessionId: id, template: 'hasura' }]
    const before = await until(Promise.all(keys.map((key) => two.getToken(key))))
    await until(one.touchSession(id, { active_organization_id: 'acme' }))
    for (const each of [two, one, tab()]) {
      const now = await until(Promise.all(keys.map((key) => each.getToken(key))))
      expect(now.map((token) => claimsOf(token).org_id)).toEqual(['org_1', 'org_1'])
      expect(now.filter((token) => before.includes(token))).toEqual([])
    }
    expect([server.count(MINT), server.count('createSessionTokenWithTemplate')]).toEqual([2, 2])
  })

  it('hand out no token of a session that one of them has ended', async () => {
    for (const end of ['endSession', 'removeSession', 'removeSessions'] as const) {
      const { tab, until, id, server } = tabs({ templates: { hasura: {} } })
      const [one, two] = [tab(), tab()]
      const other = server.addSession()
      const keys = [{ sessionId: id }, { sessionId: id, template: 'hasura' }]
      await until(Promise.all(keys.map((key) => two.getToken(key))))
      const kept = await until(two.getToken({ sessionId: other }))
      await until<unknown>(end === 'removeSessions' ? one.removeSessions() : one[end](id))
      for (const key of keys)
        expect(await until(failureOf(two.getToken(key)))).toMatchObject({
          code: expect.stringMatching(/clerk_api|session_ended/),
        })
      if (end !== 'removeSessions') expect(await until(two.getToken({ sessionId: other }))).toBe(kept)
    }
  })

  it('keep the younger token, whichever of them fetched it', async () => {
    const { tab, until, clock, server, id } = tabs()
    const [one, two] = [tab(), tab()]
    await until(Promise.all([one, two].map((each) => each.getToken({ sessionId: id }))))
    server.fault(MINT, { kind: 'delay', ms: 5000 })
    const late = one.getToken({ sessionId: id, skipCache: true })
    await clock.advance(2000)
    const younger = await until(two.getToken({ sessionId: id, skipCache: true }))
    expect(await until(late)).not.toBe(younger)
    expect(await until(tab().getToken({ sessionId: id }))).toBe(younger)
    expect(await until(two.getToken({ sessionId: id }))).toBe(younger)
  })
})

it('a token that the back end has refused for good is renewed all the same when the organization changes', async () => {
  const { client, until, id } = world()
  for (let call = 0; call < 3; call++) expect((await until(client.fetch('/forbidden'))).status).toBe(401)
  await until(client.touchSession(id, { active_organization_id: 'acme' }))
  expect(claimsOf(await until(client.getToken())).org_id).toBe('org_1')
})

it('a token that comes with the touch counts, also if it was issued in the same second as the last', async () => {
  const { client, until, server, id } = world({ lastActiveTokens: true })
  await until(client.getClient())
  await until(client.touchSession(id, { active_organization_id: 'acme' }))
  expect(claimsOf(await until(client.getToken())).org_id).toBe('org_1')
  expect(server.count(MINT)).toBe(0)
})

it('a token that is handed over after the last one was dropped is taken', async () => {
  const there = world()
  await there.clock.advance(5000)
  const accessToken = await there.until(there.client.getToken())
  const { client, until, server, clock, id } = world()
  await until(client.touchSession(id, { active_organization_id: 'acme' }))
  await clock.advance(5000)
  await until(client.session.adopt({ accessToken }))
  expect(await until(client.getToken())).toBe(accessToken)
  expect(server.count(MINT)).toBe(0)
})

it('a forced token of the organization that was left while it was fetched is not handed out', async () => {
  const { client, until, server, clock, id } = world()
  await until(client.getClient())
  server.fault(MINT, { kind: 'delay', ms: 3000 })
  const forced = client.getToken({ sessionId: id, skipCache: true })
  await clock.advance(100)
  await until(client.touchSession(id, { active_organization_id: 'acme' }))
  expect(claimsOf(await until(forced)).org_id).toBe('org_1')
})

it('a sign-out is dropped from the storage’s list some day: it does not grow for ever', async () => {
  const { open, until, server, clock } = world({ piggyback: false })
  const storage = memoryStorage({ clock })
  let written = ''
  const client = open({
    storage: {
      ...storage,
      replace: (key, expected, next) => {
        if (key.endsWith(' dropped')) written = next
        return storage.replace(key, expected, next)
      },
    },
  })
  for (let round = 0; round < 100; round++) await until(client.endSession(server.addSession()))
  expect(Object.keys(JSON.parse(written)).length).toBeLessThanOrEqual(40)
})
