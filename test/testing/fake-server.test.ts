import { describe, expect, it } from 'vitest'
import { type Fault, fakeClock, fakeServer } from '../../src/testing/index.ts'

/** A server that counts up, on a clock that stands still. */
function counter() {
  const clock = fakeClock()
  const acted: string[] = []
  const server = fakeServer({
    clock,
    routes: [
      {
        operation: 'count',
        method: 'POST',
        path: '/count',
        handle: ({ body }) => {
          acted.push(body)
          return { status: 201, body: { count: acted.length, secret: 'x' }, headers: { 'x-count': 'yes' } }
        },
      },
      {
        operation: 'item',
        method: 'GET',
        path: '/items/:id',
        handle: ({ params }) => ({ status: 200, body: params }),
      },
      { operation: 'page', method: 'GET', path: '/page', handle: () => ({ status: 200, body: 'a page' }) },
      { operation: 'empty', method: 'GET', path: '/empty', handle: () => ({ status: 204 }) },
      { operation: 'rest', method: '*', path: '/*', handle: () => ({ status: 200, body: 'rest' }) },
    ],
  })
  const post = (init?: RequestInit) =>
    server.fetch('https://any.test/count', { method: 'POST', body: 'one', ...init })
  return { clock, server, acted, post }
}

function withFault(fault: Fault) {
  const made = counter()
  made.server.fault('count', fault)
  return made
}

describe('the fetch of a fake server', () => {
  it('takes what the platform takes', async () => {
    const { server, acted } = counter()
    const init = { method: 'POST', body: 'body' }
    await server.fetch('https://a.test/count', init)
    await server.fetch(new URL('http://b.test/count'), init)
    await server.fetch(new Request('https://c.test/count', init))
    await server.fetch(new Request('https://d.test/count', init), { body: 'other' })
    expect(acted).toEqual(['body', 'body', 'body', 'other'])
    await expect(server.fetch('https://e.test/count', { method: 'GET', body: 'x' })).rejects.toThrow(
      TypeError,
    )
  })

  it('notes whether cookies were to go along', async () => {
    const { server, post } = counter()
    await post({ credentials: 'include' })
    await server.fetch(new Request('https://any.test/page', { credentials: 'omit' }))
    expect(server.requests.map(({ credentials }) => credentials)).toEqual(['include', 'omit'])
  })

  it('answers JSON, text or nothing, as the route says', async () => {
    const { server, post } = counter()
    const created = await post()
    expect([created.status, created.headers.get('x-count')]).toEqual([201, 'yes'])
    expect(created.headers.get('content-type')).toBe('application/json')
    expect(await created.json()).toEqual({ count: 1, secret: 'x' })
    expect(await (await server.fetch('https://a.test/page')).text()).toBe('a page')
    const empty = await server.fetch('https://a.test/empty')
    expect([empty.status, empty.body]).toEqual([204, null])
  })

  it('finds the operation by path and method', async () => {
    const { server } = counter()
    expect(await (await server.fetch('https://a.test/items/a%20b')).json()).toEqual({ id: 'a b' })
    expect(await (await server.fetch('https://a.test/items/a/b')).text()).toBe('rest')
    expect((await server.fetch('https://a.test/count')).status).toBe(404)
    expect(server.requests.map(({ operation }) => operation)).toEqual(['item', 'rest', 'unknown'])
  })

  it('rejects with the reason of a signal, before and during a request', async () => {
    const { server, acted, post } = counter()
    const reason = new Error('no longer wanted')
    await expect(post({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect([acted, server.requests]).toEqual([[], []])

    server.fault('count', { kind: 'hang', acts: true })
    const leaving = new AbortController()
    const hanging = server.fetch(
      new Request('https://a.test/count', { method: 'POST', signal: leaving.signal }),
    )
    setTimeout(() => leaving.abort(reason), 1)
    await expect(hanging).rejects.toBe(reason)
    expect(acted).toEqual([''])
  })

  it('records what it saw, and what it answered', async () => {
    const { clock, server, post } = counter()
    server.clockOffset = 500
    await post({ headers: { 'x-mine': '1' } })
    await server.fetch('https://a.test/items/1?q=2')
    const [first, second] = server.requests
    expect(first).toMatchObject({
      operation: 'count',
      method: 'POST',
      path: '/count',
      body: 'one',
      at: clock.now() + 500,
      status: 201,
    })
    expect(first?.headers.get('x-mine')).toBe('1')
    expect(second).toMatchObject({
      operation: 'item',
      method: 'GET',
      path: '/items/1?q=2',
      body: '',
      status: 200,
    })
    expect([server.count('count'), server.count('page')]).toEqual([1, 0])
  })

  it('shows its own time in whole seconds, unless it hides it', async () => {
    const { clock, server, post } = counter()
    await clock.advance(1_999)
    server.clockOffset = 60_000
    expect((await post()).headers.get('date')).toBe('Thu, 01 Jan 2026 00:01:01 GMT')
    server.exposeDate = false
    expect((await post()).headers.has('date')).toBe(false)
  })
})

describe('a fault', () => {
  it('drop-before: the connection breaks, and the server has not acted', async () => {
    const { server, acted, post } = withFault({ kind: 'drop-before' })
    await expect(post()).rejects.toEqual(new TypeError('fetch failed'))
    expect(acted).toEqual([])
    expect(server.requests[0]?.status).toBeNull()
  })

  it('drop-after: the server has acted, and the answer is lost', async () => {
    const { server, acted, post } = withFault({ kind: 'drop-after' })
    await expect(post()).rejects.toEqual(new TypeError('fetch failed'))
    expect(acted).toEqual(['one'])
    expect(server.requests[0]?.status).toBeNull()
  })

  it('hang: nothing ever comes', async () => {
    const { clock, acted, post } = withFault({ kind: 'hang' })
    await expect(clock.until(post())).rejects.toThrow('nothing left to wait for')
    expect(acted).toEqual([])
  })

  it('delay: the server acts at once and answers late, or does both late', async () => {
    const { clock, server, acted, post } = withFault({ kind: 'delay', ms: 1_000 })
    server.fault('count', { kind: 'delay', ms: 1_000, before: true })
    const first = post()
    await clock.advance(999)
    expect([acted.length, server.requests[0]?.status]).toEqual([1, null])
    expect((await clock.until(first)).status).toBe(201)
    const second = post()
    await clock.advance(999)
    expect(acted.length).toBe(1)
    expect((await clock.until(second)).status).toBe(201)
    expect(acted.length).toBe(2)
  })

  it('delay: an aborted request is let go of, with no timer left', async () => {
    const { clock, server, acted, post } = withFault({ kind: 'delay', ms: 1_000, before: true })
    const leaving = new AbortController()
    const request = post({ signal: leaving.signal })
    await clock.advance(10)
    leaving.abort('enough')
    await expect(request).rejects.toBe('enough')
    expect([clock.pending, acted, server.requests[0]?.status]).toEqual([0, [], null])
  })

  it('status: something else answers, and the server has not acted', async () => {
    const { acted, server, post } = withFault({
      kind: 'status',
      status: 503,
      headers: { 'retry-after': '7' },
    })
    const unavailable = await post()
    expect([unavailable.status, unavailable.headers.get('retry-after')]).toEqual([503, '7'])
    expect(await unavailable.text()).toBe('')
    server.fault('count', { kind: 'status', status: 429, body: { message: 'slow down' } })
    expect(await (await post()).json()).toEqual({ message: 'slow down' })
    const page = {
      kind: 'status',
      status: 502,
      body: '<html>',
      headers: { 'content-type': 'text/html' },
    } as const
    server.fault('count', page)
    expect((await post()).headers.get('content-type')).toBe('text/html')
    expect(acted).toEqual([])
  })

  it('status: a redirect breaks a request that refuses redirects', async () => {
    const { server, post } = counter()
    server.fault(
      'count',
      { kind: 'status', status: 302, headers: { location: 'https://portal.test/' } },
      { times: 2 },
    )
    await expect(post({ redirect: 'error' })).rejects.toEqual(new TypeError('fetch failed'))
    expect((await post({ redirect: 'manual' })).status).toBe(302)
  })

  it('body: the server has acted, and something else arrives', async () => {
    const { server, acted, post } = withFault({ kind: 'body', body: '{"count":' })
    const malformed = await post()
    expect([malformed.status, malformed.headers.get('content-type')]).toEqual([201, 'application/json'])
    expect(malformed.headers.get('x-count')).toBe('yes')
    await expect(malformed.json()).rejects.toThrow(SyntaxError)
    server.fault('count', { kind: 'body', body: '<html>', contentType: 'text/html', status: 200 })
    const page = await post()
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html'])
    expect(acted.length).toBe(2)
  })

  it('patch: the server has acted, and its answer is changed on the way', async () => {
    const { post } = withFault({
      kind: 'patch',
      patch: (json) => {
        const { secret, ...rest } = json as Record<string, unknown>
        return { ...rest, added: true }
      },
    })
    expect(await (await post()).json()).toEqual({ count: 1, added: true })
  })

  it('meets as many requests of its operation as it was queued for, in turn', async () => {
    const { server, post } = counter()
    const status = (code: number) => ({ kind: 'status', status: code }) as const
    server.fault('count', status(500), { times: 2 })
    server.fault('*', status(502))
    server.fault('count', status(503), { times: Infinity })
    const statuses: number[] = []
    for (let request = 0; request < 6; request++) statuses.push((await post()).status)
    expect(statuses).toEqual([500, 500, 502, 503, 503, 503])
    expect((await server.fetch('https://a.test/page')).status).toBe(200)
    server.clearFaults()
    expect((await post()).status).toBe(201)
  })
})
