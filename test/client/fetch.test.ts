import { describe, expect, it, vi } from 'vitest'
import { ConfigurationError, NoSessionError, SaferMeClient } from '../../src/index.ts'
import { signedIn } from './signed-in.ts'

const PATH = '/api/v4/things'

describe('client.fetch', () => {
  it.each([
    ['a path', PATH],
    ['a path without a slash', 'api/v4/things'],
    ['a URL as a string', `https://api.safer.me${PATH}`],
    ['a URL', new URL(`https://api.safer.me${PATH}`)],
    ['a Request', new Request(`https://api.safer.me${PATH}`)],
  ])('takes %s, and carries the session', async (_, input) => {
    const { client, server, authorization } = await signedIn()
    expect(await (await client.fetch(input)).json()).toMatchObject({ path: PATH, method: 'GET', user_id: 1 })
    expect(server.requests.at(-1)?.headers.get('authorization')).toBe(authorization())
  })

  it.each([200, 204, 301, 400, 403, 404, 418, 422, 429, 500, 503])(
    'resolves for a %d, as fetch does',
    async (status) => {
      const { client, server, clock } = await signedIn()
      server.fault('api', { kind: 'status', status })
      expect((await client.fetch(PATH)).status).toBe(status)
      expect(server.count('api')).toBe(1)
      expect(clock.pending).toBe(0)
    },
  )

  it('leaves the body of an answer to its caller', async () => {
    const { client, server } = await signedIn()
    server.fault('api', { kind: 'body', body: '<html>', contentType: 'text/html', status: 500 })
    const response = await client.fetch(PATH)
    expect(response.bodyUsed).toBe(false)
    expect(await response.text()).toBe('<html>')
  })

  it('can be handed on without its client', async () => {
    const { fetch } = (await signedIn()).client
    expect((await fetch(PATH)).status).toBe(200)
  })

  it('has no deadline of its own', async () => {
    const { client, server, clock } = await signedIn()
    server.fault('api', { kind: 'delay', ms: 120_000 })
    expect((await clock.until(client.fetch(PATH))).status).toBe(200)
  })

  it('sends nothing where nobody is signed in', async () => {
    const fetch = vi.fn()
    await expect(new SaferMeClient({ fetch }).fetch(PATH)).rejects.toThrow(NoSessionError)
    expect(fetch).not.toHaveBeenCalled()
  })

  it.each([
    'https://evil.test/x',
    '//evil.test/x',
    new URL('https://evil.test'),
    new Request('https://evil.test'),
  ])('takes no token to another origin: %s', async (target) => {
    const { client, server } = await signedIn()
    await expect(client.fetch(target)).rejects.toThrow(ConfigurationError)
    expect(server.requests).toHaveLength(1)
  })

  it('takes it to an origin that is listed', async () => {
    const { client, server, authorization } = await signedIn({ authorizedOrigins: ['https://files.test'] })
    await client.fetch(`https://files.test${PATH}`)
    expect(server.requests.at(-1)?.headers.get('authorization')).toBe(authorization())
  })
})

describe('what a caller gives client.fetch', () => {
  it('goes out: method, body and headers', async () => {
    const { client, server } = await signedIn()
    await client.fetch(PATH, {
      method: 'PUT',
      body: '{"a":1}',
      headers: { 'content-type': 'text/x', 'X-Own': 'yes' },
    })
    const sent = server.requests.at(-1)
    expect([sent?.method, sent?.body, sent?.headers.get('content-type'), sent?.headers.get('x-own')]).toEqual(
      ['PUT', '{"a":1}', 'text/x', 'yes'],
    )
  })

  it('goes out with a Request, and init goes before it', async () => {
    const { client, server } = await signedIn()
    const request = new Request(`https://api.safer.me${PATH}`, {
      method: 'POST',
      body: 'one',
      headers: { 'X-Own': 'a', 'X-Other': 'b' },
    })
    await client.fetch(request, { method: 'PUT', body: 'two', headers: { 'X-Own': 'c' } })
    const sent = server.requests.at(-1)
    expect([sent?.method, sent?.body, sent?.headers.get('x-own'), sent?.headers.get('x-other')]).toEqual([
      'PUT',
      'two',
      'c',
      null,
    ])
  })

  it.each([
    ['text', () => 'body', 'text/plain;charset=UTF-8'],
    ['a form', () => new URLSearchParams({ a: '1' }), 'application/x-www-form-urlencoded;charset=UTF-8'],
    ['a blob', () => new Blob(['body'], { type: 'text/x' }), 'text/x'],
  ])('keeps the content type that the platform gives it: %s', async (_, body, type) => {
    const { client, server } = await signedIn()
    await client.fetch(PATH, { method: 'POST', body: body() })
    expect(server.requests.at(-1)?.headers.get('content-type')).toBe(type)
  })

  it('never puts another Authorization in place of the session', async () => {
    const { client, server, authorization } = await signedIn({ headers: { Authorization: 'Bearer default' } })
    const headers = { authorization: 'Bearer mine' }
    await client.fetch(PATH, { headers })
    await client.fetch(new Request(`https://api.safer.me${PATH}`, { headers }))
    await client.fetch(new Request(`https://api.safer.me${PATH}`), {
      headers: [['AUTHORIZATION', 'Bearer mine']],
    })
    await client.getSession({ headers })
    const sent = server.requests.slice(1).map((request) => request.headers.get('authorization'))
    expect(sent).toEqual(Array(4).fill(authorization()))
  })

  it('that can not be sent is a ConfigurationError which does not quote it', async () => {
    const { client, server } = await signedIn()
    const used = new Request(`https://api.safer.me${PATH}`, { method: 'POST', body: 'x' })
    await used.text()
    for (const call of [
      () => client.fetch(PATH, { headers: { 'X-Own': 'secret\nvalue' } }),
      () => client.fetch(PATH, { headers: { 'secret name': 'x' } }),
      () => client.fetch(used),
      () => client.fetch('https://[secret'),
    ]) {
      const error = await call().catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(ConfigurationError)
      expect((error as Error).message).not.toContain('secret')
    }
    expect(server.requests).toHaveLength(1)
  })
})
