import { SessionEndedError, StorageError, type TokenStorage } from 'latchkey'
import { expect, it } from 'vitest'
import { frailStorage } from './frail-storage.ts'
import { eventsOf, MINUTE_MS, saferMeWorld } from './saferme-world.ts'

const full = (): never => {
  throw new Error('disk full')
}

it('signing out after a refresh that the disk had no room for ends the live tokens, not the dead ones', async () => {
  const { clock, server, storage, signedIn, runOut } = saferMeWorld()
  let room = true
  const cramped: TokenStorage = {
    ...storage,
    replace: (key, expected, next) => {
      const { generation, tokens } = JSON.parse(next) as { generation: number; tokens: unknown }
      return room || generation === 1 || !tokens ? storage.replace(key, expected, next) : full()
    },
  }
  const client = await signedIn({ storage: cramped })
  await runOut()
  room = false
  await clock.until(client.fetch('/api/v4/reports'))
  room = true
  expect(await clock.until(client.session.end())).toEqual({ revoked: true })
  expect(server.sessions).toEqual([])
})

it('signing out says so where the storage could not tell who is signed in', async () => {
  const { clock, storage, signedIn, client } = saferMeWorld()
  await signedIn()
  const down: TokenStorage = { ...storage, reach: 'machine', read: full }
  const error = await clock.until(client({ storage: down }).session.end())
  expect(error).toMatchObject({ revoked: false, error: { code: 'storage' } })
})

it('a storage that fails to give its lock back does not cost the tokens that were won under it', async () => {
  const { clock, server, storage, signedIn, runOut } = saferMeWorld()
  const sticky: TokenStorage = {
    ...storage,
    exclusive: (key, task, options) => storage.exclusive(key, task, options).then(full),
  }
  const client = await signedIn({ storage: sticky })
  for (let round = 1; round <= 3; round++) {
    await runOut()
    expect((await clock.until(client.fetch('/api/v4/reports'))).status).toBe(200)
    expect(server.count('refreshSession')).toBe(round)
  }
})

it('a storage that can not be watched is used without notices', async () => {
  const { clock, storage, signedIn, runOut } = saferMeWorld()
  const blind: TokenStorage = { ...storage, watch: full }
  const client = await signedIn({ storage: blind })
  const events = eventsOf(client)
  client.session.subscribe(() => {})
  await runOut()
  expect((await clock.until(client.fetch('/api/v4/reports'))).status).toBe(200)
  expect(events.names).toContain('storageFailed')
})

it('a caller that gives up while a failing storage is read leaves no rejection behind', async () => {
  const { clock, storage, client } = saferMeWorld()
  const down: TokenStorage = { ...storage, reach: 'fleet', read: async () => full() }
  const unhandled: unknown[] = []
  const hear = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', hear)
  const call = client({ storage: down }).fetch('/api/v4/reports', { signal: AbortSignal.abort() })
  await expect(clock.until(call)).rejects.toMatchObject({ name: 'AbortError' })
  await clock.advance(1000)
  process.off('unhandledRejection', hear)
  expect(unhandled).toEqual([])
})

it('a storage that never keeps what it says it takes does not keep a caller for ever', async () => {
  const { clock, storage, signedIn, runOut, rejection } = saferMeWorld()
  let stubborn = false
  const broken: TokenStorage = {
    ...storage,
    replace: (...args) => (stubborn ? false : storage.replace(...args)),
  }
  const client = await signedIn({ storage: broken })
  await runOut()
  stubborn = true
  expect(await rejection(client.fetch('/api/v4/reports'))).toBeInstanceOf(StorageError)
  expect(clock.pending).toBe(0)
})

it('a 401 in plain words is the server’s own: the session is over', async () => {
  const { server, signedIn, runOut, rejection } = saferMeWorld()
  const client = await signedIn()
  await runOut()
  server.fault('refreshSession', {
    kind: 'status',
    status: 401,
    body: 'HTTP Token: Access denied.\n',
    headers: { 'content-type': 'text/plain' },
  })
  expect(await rejection(client.fetch('/api/v4/reports'))).toMatchObject({ reason: 'revoked' })
})

it('a call’s own timeout is its patience for a token too', async () => {
  const { clock, server, signedIn, runOut } = saferMeWorld()
  const client = await signedIn()
  await runOut()
  server.fault('refreshSession', { kind: 'delay', ms: 40_000 })
  await expect(clock.until(client.getSession({ timeout: 120_000 }))).resolves.toMatchObject({
    branded_app_id: 1,
  })
})

it('signing out during a refresh whose answer it has no room for leaves nothing on the server', async () => {
  const { clock, server, storage: inner, signedIn, runOut } = saferMeWorld()
  const storage = frailStorage(inner)
  const one = await signedIn({ storage })
  await runOut()
  server.fault('refreshSession', { kind: 'delay', ms: 5000 })
  const call = one.fetch('/api/v4/reports').catch((error: unknown) => error)
  await clock.advance(1000)
  storage.broken.replace = true
  await clock.until(one.session.end())
  expect(await clock.until(call)).toMatchObject(new SessionEndedError('deleted'))
  await clock.advance(MINUTE_MS)
  expect(server.sessions).toEqual([])
})
