import { expect } from 'vitest'
import { SaferMeClient, type SaferMeClientOptions } from '../../src/index.ts'
import { fakeClock, fakeSaferMe } from '../../src/testing/index.ts'
import { Showing } from './traces.ts'

/** Hard to find once it is escaped. */
export const PASSWORD = 'SECRET-pässwörd/"quoted"\\42'
export const TYPED = 'SECRET-mistyped'
export const CREDENTIALS = { email: 'ada@example.com', password: PASSWORD }

/** A client, everything that it shows, and the secrets that must not be in it. */
export function scene(options: SaferMeClientOptions = {}) {
  const clock = fakeClock()
  const server = fakeSaferMe({ clock, users: [CREDENTIALS] })
  const secrets = new Set([PASSWORD, TYPED])
  const client = new SaferMeClient({ fetch: server.fetch, clock, ...options })
  const showing = new Showing(client)
  const note = () => {
    for (const { accessToken, refreshToken } of server.sessions) secrets.add(accessToken).add(refreshToken)
  }
  return {
    clock,
    server,
    client,
    showing,
    signIn: async () => {
      await clock.until(client.createSession(CREDENTIALS))
      note()
    },
    of: (call: () => Promise<unknown>) => showing.of(() => clock.until(call())),
    expectNone: () => {
      note()
      expect(secrets.size).toBeGreaterThanOrEqual(2)
      showing.expectNone([...secrets])
    },
  }
}
