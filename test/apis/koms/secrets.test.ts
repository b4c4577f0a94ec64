import { KomsClient, memoryStorage } from 'latchkey'
import { fakeClock, fakeKoms } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'
import { quotingFaults } from '../../client/fault-shapes.ts'
import { Showing } from '../../client/traces.ts'

const PASSWORD = 'SECRET-pässwörd/"Q1!'
const ada = { email: 'ada@example.com', password: PASSWORD }

/** A signed-in client, everything that it shows, and what must not be in it. */
function scene(validation: 'strict' | 'report') {
  const clock = fakeClock()
  const server = fakeKoms({ clock, users: [ada], tokenLifeMs: 600_000 })
  const koms = new KomsClient({
    baseUrl: 'https://koms.test',
    clientId: 'client-1',
    fetch: server.fetch,
    clock,
    validation,
    retry: { retries: 1 },
    storage: memoryStorage({ clock }),
  })
  const showing = new Showing(koms)
  const secrets = new Set([PASSWORD])
  const note = () => {
    for (const { accessToken, refreshToken } of server.sessions) secrets.add(accessToken).add(refreshToken)
  }
  const of = async (call: () => Promise<unknown>) => {
    await showing.of(() => clock.until(call()))
    note()
  }
  return { clock, server, koms, showing, secrets, note, of }
}

describe.each(['strict', 'report'] as const)('KOMS, validation %s: no secret shows', (validation) => {
  it.each(quotingFaults([400, 401, 403, 422, 429, 500, 502, 503]))('where there is %s', async (_, fault) => {
    const { clock, server, koms, showing, secrets, of } = scene(validation)
    const answerBadly = () => {
      const [{ accessToken = '', refreshToken = '' } = {}] = server.sessions
      const times = { times: 40 }
      for (const operation of ['createSession', 'createUser']) server.fault(operation, fault(PASSWORD), times)
      server.fault('refreshSession', fault(`${refreshToken} ${accessToken}`), times)
      server.fault('*', fault(`${accessToken} ${refreshToken}`), times)
    }
    answerBadly()
    await of(() => koms.createSession(ada))
    await of(() => koms.createUser(ada))
    server.clearFaults()
    await of(() => koms.createSession(ada))
    for (const call of [
      () => koms.getSession(),
      () => koms.getUser(),
      () => koms.fetch('/things'),
      () => koms.refreshSession(),
      () => koms.session.getAccessToken({ timeout: 5000 }).then(() => undefined),
    ]) {
      answerBadly()
      await of(call)
    }
    await clock.advance(602_000)
    answerBadly()
    await of(() => koms.fetch('/things'))
    await of(() => koms.session.refresh())
    await of(() => koms.deleteSession())
    await of(() => koms.session.end())
    await of(() => koms.session.close())
    expect(showing.codes.length).toBeGreaterThan(3)
    showing.expectNone([...secrets])
  })
})
