import { describe, expect, it, vi } from 'vitest'
import { authenticatedFetch, type LeaseSource } from '../../src/client/authenticated-fetch.ts'

const refusing = () =>
  vi.fn(async (_: RequestInfo | URL, _init?: RequestInit) => new Response('no', { status: 401 }))

/** A session whose token somebody else renews before every refusal arrives. */
function restless() {
  let minted = 0
  const lease = () => ({ session: 'one', tokens: { accessToken: `token-${++minted}` } })
  const afterRefusal = vi.fn(async (_lease: unknown, _mayRefresh: boolean) => lease())
  const session: LeaseSource = { acquire: async () => lease(), afterRefusal }
  return { session, afterRefusal }
}

const carry = (session: LeaseSource, fetch: typeof globalThis.fetch) =>
  authenticatedFetch(
    session,
    ({ headers }, tokens) => headers.set('authorization', tokens?.accessToken ?? ''),
    fetch,
  )

describe('a request that is refused again and again', () => {
  it('is sent three times at the most, each time with a newer token', async () => {
    const { session } = restless()
    const fetch = refusing()
    const response = await carry(session, fetch)('https://x.test/')
    expect([response.status, await response.text()]).toEqual([401, 'no'])
    const sent = fetch.mock.calls.map(([, init]) => new Headers(init?.headers).get('authorization'))
    expect(sent).toEqual(['token-1', 'token-2', 'token-3'])
  })

  it('asks for one refresh at the most', async () => {
    const { session, afterRefusal } = restless()
    await carry(session, refusing())('https://x.test/')
    expect(afterRefusal.mock.calls.map(([, mayRefresh]) => mayRefresh)).toEqual([true, false])
  })

  it('does not use up the body of its Request before the last time', async () => {
    const { session } = restless()
    const bodies: string[] = []
    const fetch = async (input: RequestInfo | URL) => {
      bodies.push(await (input as Request).text())
      return new Response(null, { status: 401 })
    }
    await carry(session, fetch)(new Request('https://x.test/', { method: 'POST', body: 'whole' }))
    expect(bodies).toEqual(['whole', 'whole', 'whole'])
  })

  it('may be moved by its protocol, to a URL that holds the token, body and all', async () => {
    const { session } = restless()
    const seen: unknown[] = []
    const authorize = ({ url }: { url: URL }, tokens: { accessToken: string } | null) =>
      url.searchParams.set('jwt', tokens?.accessToken ?? '')
    const fetch = authenticatedFetch(session, authorize, async (input) => {
      const request = input as Request
      seen.push([request.url, request.method, await request.text(), request.headers.get('x-own')])
      return new Response(null, { status: seen.length === 1 ? 401 : 200 })
    })
    const init = { method: 'POST', body: 'whole', headers: { 'x-own': 'yes' } }
    expect((await fetch(new Request('https://x.test/a?b=1', init))).status).toBe(200)
    expect(seen).toEqual([
      ['https://x.test/a?b=1&jwt=token-1', 'POST', 'whole', 'yes'],
      ['https://x.test/a?b=1&jwt=token-2', 'POST', 'whole', 'yes'],
    ])
  })
})
