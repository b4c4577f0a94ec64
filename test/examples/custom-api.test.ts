import { SessionEndedError } from 'latchkey'
import { fakeClock, protocolContract } from 'latchkey/testing'
import { describe, expect, it } from 'vitest'
import { oauth, oauthClient } from '../../examples/custom-api/oauth.ts'
import { LIFE_S, oauthServer } from '../../examples/custom-api/server.ts'

const credentials = { username: 'ada', password: 'lovelace' }
const baseUrl = 'https://oauth.test'

describe('an API of one’s own keeps the engine’s promises', () => {
  const cases = protocolContract(() => {
    const clock = fakeClock()
    const server = oauthServer(clock)
    return {
      protocol: oauth,
      baseUrl,
      fetch: server.fetch,
      clock,
      credentials,
      path: '/api/hello',
      tokenLifeMs: LIFE_S * 1000,
      isRefresh: async (request) => (await request.text()).includes('grant_type=refresh_token'),
      revoke: () => server.revoke(),
    }
  })
  for (const { name, run } of cases) it(name, run)
})

it('a client in thirty lines signs in, calls, refreshes and forgets', async () => {
  const clock = fakeClock()
  const server = oauthServer(clock)
  const client = oauthClient({ baseUrl, fetch: server.fetch, clock })
  await clock.until(client.createSession(credentials))
  expect(await (await clock.until(client.fetch('/api/hello'))).json()).toEqual({ hello: 'ada' })
  expect(server.requests.map(({ body }) => body)).toEqual([
    'grant_type=password&username=ada&password=lovelace',
    '',
  ])
  await clock.advance(LIFE_S * 1000)
  await clock.until(client.fetch('/api/hello'))
  expect(server.requests[2]?.body).toBe('grant_type=refresh_token&refresh_token=refresh-1')
  server.revoke()
  await expect(clock.until(client.fetch('/api/hello'))).rejects.toEqual(new SessionEndedError('revoked'))
})
