import { Readable } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { type Fetch, SaferMeClient, SessionEndedError } from '../../src/index.ts'
import { fakeClock, fakeSaferMe } from '../../src/testing/index.ts'
import { CREDENTIALS, REFUSED, signedIn } from './signed-in.ts'

const PATH = '/api/v4/things'
const URL = `https://api.safer.me${PATH}`

/** A client whose answers pass through `seen` on their way. */
async function seenBy(seen: (response: Response, request: Request) => Response) {
  const clock = fakeClock()
  const server = fakeSaferMe({ clock })
  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init)
    return seen(await server.fetch(request.clone()), request)
  }
  const client = new SaferMeClient({ fetch, clock })
  await client.createSession(CREDENTIALS)
  return { clock, server, client }
}

/** Marks the body of an answer that was let go of. */
function cancellable(response: Response, cancelled: () => void): Response {
  return new Response(new ReadableStream({ cancel: cancelled }), { status: response.status })
}

const bodies = {
  text: () => 'naïve body',
  bytes: () => new TextEncoder().encode('naïve body'),
  'a view': () => new DataView(new TextEncoder().encode('naïve body').buffer),
  'a blob': () => new Blob(['naïve body']),
}

describe('a request that was answered with a 401 for its token', () => {
  it.each(Object.entries(bodies))(
    'is replayed with a new one, and its body is whole: %s',
    async (_, body) => {
      for (const asRequest of [false, true]) {
        const { client, server, authorization } = await signedIn()
        server.fault('api', REFUSED)
        const init = { method: 'POST', body: body() }
        const response = await (asRequest ? client.fetch(new Request(URL, init)) : client.fetch(PATH, init))
        expect(await response.json()).toMatchObject({ body: 'naïve body', method: 'POST' })
        const [first, second] = server.requests.filter(({ operation }) => operation === 'api')
        expect([first?.body, second?.body]).toEqual(['naïve body', 'naïve body'])
        expect(first?.headers.get('authorization')).not.toBe(authorization())
        expect(second?.headers.get('authorization')).toBe(authorization())
        expect(server.refreshes).toBe(1)
      }
    },
  )

  it.each([
    ['a form', () => new URLSearchParams({ a: 'ü' }), 'a=%C3%BC'],
    ['a form with a file', () => multipart(), 'content of the file'],
  ])('is replayed with the form that it had: %s', async (_, body, held) => {
    const { client, server } = await signedIn()
    server.fault('api', REFUSED)
    expect((await client.fetch(PATH, { method: 'POST', body: body() })).status).toBe(200)
    const sent = server.requests.filter(({ operation }) => operation === 'api')
    expect(sent).toHaveLength(2)
    for (const request of sent) expect(request.body).toContain(held)
  })

  it('is replayed from a Request that was itself made of a stream', async () => {
    const { client, server } = await signedIn()
    server.fault('api', REFUSED)
    const body = new Blob(['streamed']).stream()
    const response = await client.fetch(
      new Request(URL, { method: 'POST', body, duplex: 'half' } as RequestInit),
    )
    expect(await response.json()).toMatchObject({ body: 'streamed' })
  })

  it('is replayed where the platform does not show the body of a Request, as in Firefox', async () => {
    const { client, server } = await signedIn()
    server.fault('api', REFUSED)
    const request = new Request(URL, { method: 'POST', body: 'unseen' })
    Object.defineProperty(request, 'body', { value: undefined })
    expect(await (await client.fetch(request)).json()).toMatchObject({ body: 'unseen' })
  })

  it('is sent three times at the most, and then its 401 is the answer', async () => {
    const { client, server } = await signedIn()
    server.fault('api', REFUSED, { times: 9 })
    expect((await client.fetch(PATH)).status).toBe(401)
    expect(server.count('api')).toBeLessThanOrEqual(3)
    expect(server.refreshes).toBe(1)
  })

  it('gets the 401, body and all, of an endpoint that always says so, without a refresh each time', async () => {
    const { client, server } = await signedIn()
    for (let call = 0; call < 5; call++) {
      const response = await client.fetch('/api/v4/forbidden')
      expect([response.status, await response.json()]).toEqual([401, { errors: ['not authenticated'] }])
    }
    expect(server.refreshes).toBe(1)
  })

  it('does not keep the connection of the 401 that nobody reads', async () => {
    const cancelled = vi.fn()
    const { client, server } = await seenBy((response, { url }) =>
      response.status === 401 && url === URL ? cancellable(response, cancelled) : response,
    )
    server.fault('api', REFUSED)
    expect((await client.fetch(PATH)).status).toBe(200)
    expect(cancelled).toHaveBeenCalledTimes(1)
    server.revoke()
    await expect(client.fetch(PATH)).rejects.toThrow(SessionEndedError)
    expect(cancelled).toHaveBeenCalledTimes(2)
  })

  it('shares one refresh with all the others', async () => {
    const { client, server } = await signedIn()
    server.fault('api', REFUSED, { times: 20 })
    const responses = await Promise.all(Array.from({ length: 20 }, () => client.fetch(PATH)))
    expect(responses.every(({ status }) => status === 200)).toBe(true)
    expect([server.refreshes, server.count('api')]).toEqual([1, 40])
  })
})

describe('a body that can be read once only', () => {
  const sources = {
    'a stream': () => new Blob(['streamed']).stream(),
    "a stream of Node's": () => Readable.from([Buffer.from('streamed')]),
    'an asynchronous generator': () =>
      (async function* () {
        yield new TextEncoder().encode('streamed')
      })(),
  }

  it.each(Object.entries(sources))('is sent: %s', async (_, source) => {
    const { client } = await signedIn()
    const init = { method: 'POST', body: source() as never, duplex: 'half' } as RequestInit
    expect(await (await client.fetch(PATH, init)).json()).toMatchObject({ body: 'streamed' })
  })

  it.each(Object.entries(sources))(
    'is never sent again, empty: its 401 is the answer, and the token is renewed meanwhile: %s',
    async (_, source) => {
      const { client, server, clock } = await signedIn()
      server.fault('api', REFUSED)
      const init = { method: 'POST', body: source() as never, duplex: 'half' } as RequestInit
      const response = await client.fetch(PATH, init)
      expect([response.status, await response.json()]).toEqual([401, { errors: ['not authenticated'] }])
      await clock.advance(0)
      expect([server.count('api'), server.refreshes]).toEqual([1, 1])
      expect((await client.fetch(PATH)).status).toBe(200)
      expect(server.refreshes).toBe(1)
    },
  )

  it('leaves no unhandled rejection where the token can not be renewed', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const { client, server, clock } = await signedIn()
    server.revoke()
    const init = { method: 'POST', body: new Blob(['x']).stream(), duplex: 'half' } as RequestInit
    expect((await client.fetch(PATH, init)).status).toBe(401)
    await clock.advance(0)
    expect(client.session.snapshot()).toMatchObject({ status: 'ended', reason: 'revoked' })
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
})

describe('an operation that was answered with a 401 for its token', () => {
  it('is replayed too', async () => {
    const { client, server } = await signedIn()
    server.fault('getSession', REFUSED)
    expect(await client.getSession()).toMatchObject({ branded_app_id: 1 })
    expect([server.count('getSession'), server.refreshes]).toEqual([2, 1])
  })
})

function multipart(): FormData {
  const form = new FormData()
  form.set('file', new Blob(['content of the file']), 'file.txt')
  return form
}
