import { memoryStorage, SessionEndedError } from 'latchkey'
import { expect, it } from 'vitest'
import { clearableStorage, unlocked } from './frail-storage.ts'
import { ada, bob, DEFAULT_KEY, MINUTE_MS, SECOND_MS, saferMeWorld } from './saferme-world.ts'

it('a cleared storage brings no old user back: who took their place knows it, even where both signed in at once', async () => {
  const { clock, server, client } = saferMeWorld()
  const { storage, clear } = clearableStorage(memoryStorage({ clock }))
  const [adas, bobs] = [client({ storage }), client({ storage })]
  server.fault('createSession', { kind: 'delay', ms: 5000 })
  const later = bobs.createSession(bob)
  const first = adas.createSession(ada)
  await clock.until(Promise.all([first, later]))
  clear()
  await clock.until(adas.session.restore())
  await clock.advance(MINUTE_MS)
  await clock.until(bobs.session.restore())
  await clock.advance(MINUTE_MS)
  await clock.until(adas.session.restore())
  const token = server.sessions.find(({ email }) => email === bob.email)?.accessToken
  for (const { session } of [adas, bobs]) expect(await clock.until(session.getAccessToken())).toBe(token)
})

it('a cleared storage brings no session back that its user has ended: a refresh that is answered late is revoked', async () => {
  const { clock, server, storage, client, signedIn, runOut } = saferMeWorld()
  const first = await signedIn()
  const raw = () => Promise.resolve(storage.read(DEFAULT_KEY))
  await runOut()
  server.fault('refreshSession', { kind: 'delay', ms: 10_000, before: true })
  const call = first.fetch('/api/v4/reports').catch((error: unknown) => error)
  await clock.advance(100)
  await clock.until(first.session.end())
  await storage.replace(DEFAULT_KEY, await raw(), 'lost')
  await clock.until(call)
  await clock.advance(MINUTE_MS)
  expect(server.sessions).toEqual([])
  expect((await clock.until(client().session.restore())).status).toBe('none')
})

it('a refusal is no revocation where a cleared storage may have held what somebody else has won', async () => {
  const { clock, server, client, signedIn, runOut } = saferMeWorld()
  const { storage, clear } = clearableStorage(memoryStorage({ clock }))
  const slow = await signedIn({ storage })
  // The lock is lost with the rest.
  const other = client({ storage: { ...storage, exclusive: unlocked } })
  const { tokens } = JSON.parse(String(storage.read(DEFAULT_KEY)))
  await runOut()
  server.fault('refreshSession', { kind: 'delay', ms: 40 * SECOND_MS, before: true })
  const call = slow.session.getAccessToken({ timeout: 5 * MINUTE_MS }).catch((error: unknown) => error)
  await clock.advance(SECOND_MS)
  await clock.until(other.session.restore())
  const elsewhere = client({ storage: memoryStorage({ clock }) })
  await clock.until(elsewhere.session.adopt(tokens))
  await clock.until(elsewhere.session.refresh())
  clear()
  await clock.until(other.session.restore())
  expect(await clock.until(call)).toMatchObject(new SessionEndedError('lost'))
})
