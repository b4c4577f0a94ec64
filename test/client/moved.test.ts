import { describe, expect, it } from 'vitest'
import { SessionClient, type SessionClientOptions } from '../../src/index.ts'
import { rawServer } from '../http/raw-server.ts'

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

/** A client whose protocol puts the token into the URL. */
async function moving(baseUrl: string, options: Partial<SessionClientOptions> = {}) {
  const client = new SessionClient(
    {
      name: 'moving',
      refreshWindowMs: 0,
      early: 'never',
      repeatable: true,
      authorize: ({ url }, tokens) => {
        if (tokens) url.searchParams.set('jwt', tokens.accessToken)
      },
    },
    { baseUrl, ...options },
  )
  await client.session.adopt({ accessToken: 'token-1' })
  return client
}

describe('a request that its protocol moves to another URL', () => {
  it('has its body sent whole, with its length: a stream needs HTTP/2 in browsers, and a preflight', async () => {
    await using server = await rawServer((socket) => socket.write(ANSWER))
    const client = await moving(server.url)
    const headers = { 'x-own': 'yes' }
    await client.fetch(new Request(`${server.url}/a?b=1`, { method: 'POST', body: 'whole', headers }))
    const [request = ''] = server.requests
    expect(request).toMatch(/^POST \/a\?b=1&jwt=token-1 HTTP/)
    expect(request).toMatch(/^content-length: 5\r$/im)
    expect(request).toMatch(/^x-own: yes\r$/im)
    expect(request).not.toMatch(/transfer-encoding/i)
    expect(request).toMatch(/\r\n\r\nwhole$/)
  })

  it('keeps what it says of caches, cookies and redirects', async () => {
    const seen: Request[] = []
    const client = await moving('https://api.test', {
      fetch: async (input) => {
        seen.push(input as Request)
        return new Response()
      },
    })
    const options = { cache: 'no-store', credentials: 'include', redirect: 'manual' } as const
    await client.fetch(new Request('https://api.test/a', { ...options, method: 'PUT', body: 'x' }))
    expect(seen[0]).toMatchObject({ ...options, method: 'PUT', url: 'https://api.test/a?jwt=token-1' })
  })

  it('without a body has none', async () => {
    await using server = await rawServer((socket) => socket.write(ANSWER))
    const client = await moving(server.url)
    await client.fetch(new Request(`${server.url}/a`))
    await client.fetch(new Request(`${server.url}/a`, { method: 'POST' }))
    expect(server.requests[0]).toMatch(/^GET \/a\?jwt=token-1/)
    expect(server.requests[1]).toMatch(/content-length: 0/i)
  })
})
