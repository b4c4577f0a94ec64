import { memoryStorage, type SessionProtocol } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { type Account, type Login, signIn } from './oauth-protocol.ts'
import { clientOf, dropped, LIFE_MS, signedIn, world } from './oauth-world.ts'

describe('repeatable', () => {
  it('false: a refresh whose answer was lost on its way ends as lost, not as revoked', async () => {
    const { client, clock, ended, server } = await signedIn()
    server.next = dropped
    await clock.advance(LIFE_MS)
    await expect(clock.until(client.session.getAccessToken())).rejects.toMatchObject({ reason: 'lost' })
    expect(ended).toEqual(['lost'])
  })

  it('true: it is sent again with the same tokens, and the session lives', async () => {
    const { client, clock, ended, server, seen } = await signedIn(
      { repeatable: true },
      world({ rotates: false }),
    )
    server.next = dropped
    await clock.advance(LIFE_MS)
    expect(await clock.until(client.session.getAccessToken())).toBe('access-3')
    expect(seen.slice(1)).toEqual(
      Array(2).fill('POST /token grant_type=refresh_token&refresh_token=refresh-1'),
    )
    expect(ended).toEqual([])
  })
})

describe('early', () => {
  /** A client in the window before expiry, whose refresh answers when `release` is called. */
  const aging = async (own: Partial<SessionProtocol<Login, Account>>) => {
    const signed = await signedIn(own)
    let release = (): void => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    signed.server.next = async (answer) => {
      await gate
      return answer
    }
    await signed.clock.advance(LIFE_MS - 5_000)
    return { ...signed, release }
  }

  it('serve: the current token is served, and the new one is fetched meanwhile', async () => {
    const { client, clock, refreshes, release } = await aging({ early: 'serve' })
    expect(await Promise.all([1, 2, 3].map(() => client.session.getAccessToken()))).toEqual(
      Array(3).fill('access-1'),
    )
    await clock.advance(0)
    expect(refreshes()).toBe(1)
    release()
    await clock.advance(0)
    expect(await client.session.getAccessToken()).toBe('access-2')
    expect(refreshes()).toBe(1)
  })

  it('wait: nobody gets a token that is about to be replaced', async () => {
    const { client, clock, refreshes, release } = await aging({ early: 'wait' })
    const waiting = Promise.all([1, 2, 3].map(() => client.session.getAccessToken()))
    await clock.advance(0)
    release()
    expect(await waiting).toEqual(Array(3).fill('access-2'))
    expect(refreshes()).toBe(1)
  })

  it('never: nothing is refreshed before the token has run out', async () => {
    const { client, clock, refreshes, release } = await aging({ early: 'never' })
    release()
    await clock.advance(4_999)
    expect([await client.session.getAccessToken(), refreshes()]).toEqual(['access-1', 0])
    await clock.advance(1)
    expect([await client.session.getAccessToken(), refreshes()]).toEqual(['access-2', 1])
  })

  it('a window of nothing never begins', async () => {
    const { client, clock, refreshes } = await signedIn({ refreshWindowMs: 0 })
    await clock.advance(LIFE_MS - 1)
    expect([await client.session.getAccessToken(), refreshes()]).toEqual(['access-1', 0])
  })
})

describe('minimumLifeMs', () => {
  it('a token with less than that left is not handed out', async () => {
    const { client, clock } = await signedIn({ early: 'never', refreshWindowMs: 0, minimumLifeMs: 20_000 })
    await clock.advance(LIFE_MS - 20_001)
    expect(await client.session.getAccessToken()).toBe('access-1')
    await clock.advance(1)
    expect(await client.session.getAccessToken()).toBe('access-2')
  })

  it('nor while it would be refreshed in the background', async () => {
    const { client, clock } = await signedIn({
      early: 'serve',
      refreshWindowMs: 15_000,
      minimumLifeMs: 5_000,
    })
    await clock.advance(LIFE_MS - 5_000)
    expect(await client.session.getAccessToken()).toBe('access-2')
  })
})

describe('expiresInMs', () => {
  it('is counted from the moment at which the answer came', async () => {
    const { client, clock } = await signedIn()
    expect(client.session.snapshot().expiresAt).toBe(clock.now() + LIFE_MS)
    await clock.advance(30_000)
    await client.refreshSession()
    expect(client.session.snapshot().expiresAt).toBe(clock.now() + LIFE_MS)
  })

  it('is not stored as a span, which would begin anew with every start', async () => {
    const storage = memoryStorage()
    const { clock, server } = await signedIn({}, world(), { storage })
    const expiresAt = clock.now() + LIFE_MS
    await clock.advance(30_000)
    const later = clientOf(server, {}, { storage })
    expect(await later.session.restore()).toEqual({ status: 'active', expiresAt })
  })

  it('absent, the token is used until the server refuses it', async () => {
    const { client, clock, server, seen } = await signedIn({
      create: async (send, credentials) => {
        const { tokens, resource } = await send(signIn, credentials)
        return {
          tokens: { accessToken: tokens.accessToken, refreshToken: tokens.refreshToken ?? '' },
          resource,
        }
      },
    })
    expect(client.session.snapshot()).toEqual({ status: 'active' })
    await clock.advance(LIFE_MS - 1)
    expect((await client.fetch('/me')).status).toBe(200)
    await clock.advance(1)
    expect((await client.fetch('/me')).status).toBe(200)
    expect(seen.slice(2)).toEqual([
      'GET /me Bearer access-1',
      'POST /token grant_type=refresh_token&refresh_token=refresh-1',
      'GET /me Bearer access-2',
    ])
    expect(server.refreshes()).toBe(1)
  })
})
