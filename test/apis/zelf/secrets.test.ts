import { ZelfClient } from 'latchkey'
import { fakeClock, fakeZelf } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'
import { quotingFaults } from '../../client/fault-shapes.ts'
import { Showing } from '../../client/traces.ts'

/** Whoever knows it can make a session. */
const IDENTIFIER = 'SECRET-device/"1"ü'

describe.each(['strict', 'report'] as const)('Zelf, validation %s: no secret shows', (validation) => {
  it.each(quotingFaults([400, 401, 403, 429, 500, 503]))('where there is %s', async (_, fault) => {
    const clock = fakeClock()
    const server = fakeZelf({ clock })
    const zelf = new ZelfClient({ fetch: server.fetch, clock, validation, retry: { retries: 1 } })
    const showing = new Showing(zelf)
    const secrets = new Set([IDENTIFIER])
    const of = async (call: () => Promise<unknown>) => {
      for (const { token } of server.sessions) secrets.add(token)
      const [...known] = secrets
      server.fault('*', fault(known.join(' ')), { times: 40 })
      await showing.of(() => clock.until(call()))
      server.clearFaults()
      for (const { token } of server.sessions) secrets.add(token)
    }
    const create = () => zelf.createSession({ identifier: IDENTIFIER })
    await of(create)
    await clock.until(create())
    await of(() => zelf.fetch('/api/clients'))
    await of(() => zelf.session.refresh())
    await clock.advance(601_000)
    await of(() => zelf.session.getAccessToken({ timeout: 5000 }).then(() => undefined))
    await of(() => zelf.fetch('/api/clients'))
    await of(() => zelf.session.end())
    expect(showing.codes.length).toBeGreaterThan(1)
    showing.expectNone([...secrets])
  })
})
