import { describe, expect, it } from 'vitest'
import { ConfigurationError, memoryStorage, SaferMeClient } from '../../src/index.ts'
import { signedIn } from './signed-in.ts'

const PATH = '/api/v4/things'
const never = () => new Promise<HeadersInit>(() => {})

/** A client with a session whose headers function can be made to hang. */
async function hanging() {
  let headers: () => HeadersInit | Promise<HeadersInit> = () => ({})
  const storage = memoryStorage()
  const made = await signedIn({ storage, headers: () => headers() })
  const set = (next: typeof headers) => {
    headers = next
  }
  return { ...made, storage, set }
}

describe('a headers function that never settles', () => {
  it('holds no refresh for ever, nor those who share the session: it is the fault of the program', async () => {
    const { client, clock, server, storage, set } = await hanging()
    await clock.advance(3_600_000)
    set(never)
    const refresh = client.session.refresh().catch((error: unknown) => error)
    await clock.advance(10_000)
    expect(await refresh).toBeInstanceOf(ConfigurationError)
    expect(server.count('refreshSession')).toBe(0)
    const other = new SaferMeClient({ storage, fetch: server.fetch, clock })
    expect((await clock.until(other.fetch(PATH))).status).toBe(200)
  })

  it('leaves no mark of a refresh that was not sent: a revocation is told as one', async () => {
    const { client, clock, server, set } = await hanging()
    await clock.advance(3_600_000)
    set(never)
    await clock.until(client.session.refresh().catch(() => {}))
    set(() => ({}))
    server.revoke()
    await clock.advance(300_000)
    const error = await clock.until(client.fetch(PATH).catch((thrown: unknown) => thrown))
    expect(error).toMatchObject({ code: 'session_ended', reason: 'revoked' })
  })

  it('holds no call for ever, and a call stops with its signal meanwhile', async () => {
    const { client, clock, server, set } = await hanging()
    set(never)
    const stopped = new AbortController()
    const calls = [client.fetch(PATH, { signal: stopped.signal }), client.fetch(PATH), client.getSession()]
    const outcomes = calls.map((call) => call.catch((thrown: unknown) => thrown))
    stopped.abort('enough')
    expect(await outcomes[0]).toBe('enough')
    await clock.advance(10_000)
    expect(await Promise.all(outcomes.slice(1))).toEqual([
      expect.any(ConfigurationError),
      expect.any(ConfigurationError),
    ])
    expect(server.requests).toHaveLength(1)
  })
})
