import { describe, expect, it, vi } from 'vitest'
import { NetworkError, NoSessionError, SaferMeClient, SessionEndedError } from '../../src/index.ts'
import { signedIn } from './signed-in.ts'

const PATH = '/api/v4/things'

describe('client.fetch rejects', () => {
  it.each([undefined, 'a reason', new Error('of mine'), { any: 'thing' }])(
    "with the signal's own reason: %s",
    async (reason) => {
      const { client, server, clock } = await signedIn()
      server.fault('api', { kind: 'hang' }, { times: 9 })
      for (const call of [
        (signal: AbortSignal) => client.fetch(PATH, { signal }),
        (signal: AbortSignal) => client.fetch(new Request(`https://api.safer.me${PATH}`, { signal })),
        (signal: AbortSignal) => client.fetch(new Request(`https://api.safer.me${PATH}`), { signal }),
      ]) {
        const stopped = new AbortController()
        const fetched = call(stopped.signal).catch((thrown: unknown) => thrown)
        await clock.advance(10)
        stopped.abort(reason)
        expect(await fetched).toBe(stopped.signal.reason)
        const before = server.requests.length
        expect(await call(stopped.signal).catch((thrown: unknown) => thrown)).toBe(stopped.signal.reason)
        expect(server.requests).toHaveLength(before)
      }
    },
  )

  it('with the TimeoutError of AbortSignal.timeout', async () => {
    const { client, server } = await signedIn()
    server.fault('api', { kind: 'hang' })
    const error = await client
      .fetch(PATH, { signal: AbortSignal.timeout(20) })
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(DOMException)
    expect(error).toMatchObject({ name: 'TimeoutError' })
  })

  it.each(['rejects', 'throws'])(
    'with a NetworkError whose cause is the TypeError, where fetch %s',
    async (how) => {
      const made = await signedIn()
      const failure = new TypeError('fetch failed')
      const fetch = vi.fn((...call: Parameters<typeof globalThis.fetch>): Promise<Response> => {
        if (String(call[0]).endsWith('/session')) return made.server.fetch(...call)
        if (how === 'throws') throw failure
        return Promise.reject(failure)
      })
      const client = new SaferMeClient({ fetch, clock: made.clock })
      await client.session.adopt({ accessToken: 'x' })
      const error = await client.fetch(PATH).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(NetworkError)
      expect((error as Error).cause).toBe(failure)
      expect(fetch).toHaveBeenCalledTimes(1)
    },
  )

  it('with a SessionEndedError where the server says that the session is over', async () => {
    const { client, server } = await signedIn()
    server.revoke()
    await expect(client.fetch(PATH)).rejects.toThrow(SessionEndedError)
    await expect(client.fetch(PATH)).rejects.toThrow(NoSessionError)
  })
})
