import { SaferMeClient } from 'latchkey'
import { fakeClock, fakeSaferMe } from 'latchkey/testing'
import { expect, it } from 'vitest'
import { reportsClient } from '../../examples/openapi-fetch/reports.ts'

async function signedIn() {
  const clock = fakeClock()
  const server = fakeSaferMe({ clock })
  const saferme = new SaferMeClient({ fetch: server.fetch, clock })
  await clock.until(saferme.createSession({ email: 'ada@example.com', password: 'correct horse' }))
  return { clock, server, saferme }
}

it('a generated client carries the session, and its query', async () => {
  const { clock, server, saferme } = await signedIn()
  await clock.until(reportsClient(saferme).GET('/api/v4/reports', { params: { query: { team_id: 42 } } }))
  const { method, path, headers } = server.requests.at(-1) ?? {}
  expect([method, path]).toEqual(['GET', '/api/v4/reports?team_id=42'])
  expect(headers?.get('authorization')).toBe(`Token token=${await saferme.session.getAccessToken()}`)
})

it('a token that the server no longer takes is replaced, and the body is sent again with the new one', async () => {
  const { clock, server, saferme } = await signedIn()
  server.fault('api', { kind: 'status', status: 401, body: {} })
  const posting = reportsClient(saferme).POST('/api/v4/reports', { body: { title: 'Slippery floor' } })
  const { response } = await clock.until(posting)
  expect(response.status).toBe(200)
  expect(server.count('refreshSession')).toBe(1)
  const bodies = server.requests.filter(({ operation }) => operation === 'api').map(({ body }) => body)
  expect(bodies).toEqual(['{"title":"Slippery floor"}', '{"title":"Slippery floor"}'])
})
