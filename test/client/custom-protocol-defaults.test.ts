import { memoryStorage, ResponseValidationError, type SessionProtocol } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { type Account, type Login, oauth, signIn } from './oauth-protocol.ts'
import { clientOf, LIFE_MS, signedIn, world } from './oauth-world.ts'

type Own = Partial<SessionProtocol<Login, Account>>
const { judge: _, ...unjudging } = oauth
const byDefault = (): Own => ({ judge: undefined }) as unknown as Own

describe('a protocol that does not say what a refusal means', () => {
  it.each([
    [401, { error: 'who are you?' }],
    [400, { error: 'invalid_grant' }],
    [401, 'HTTP Token: Access denied.'],
  ])('ends with a refresh that is answered %i %j', async (status, body) => {
    const { client, ended, server } = await signedIn(byDefault())
    server.next = async () =>
      typeof body === 'string' ? new Response(body, { status }) : Response.json(body, { status })
    await expect(client.session.refresh()).rejects.toMatchObject({ reason: 'revoked' })
    expect(ended).toEqual(['revoked'])
  })

  it.each([
    [400, { error: 'invalid_request' }],
    [403, { message: 'Forbidden' }],
    [404, {}],
    [408, {}],
    [422, {}],
    [429, {}],
    [500, { error: 'server_error' }],
    [503, {}],
    [401, '<html>Welcome to our hotel</html>'],
    [400, '<html>invalid_grant</html>'],
  ])('loses no session by one that is answered %i %j', async (status, body) => {
    const { client, clock, ended, server } = await signedIn(byDefault(), world({ rotates: false }))
    server.next = async () =>
      typeof body === 'string' ? new Response(body, { status }) : Response.json(body, { status })
    await clock.advance(LIFE_MS)
    expect((await clock.until(client.fetch('/me'))).status).toBe(200)
    expect(ended).toEqual([])
  })

  it('asks no server again at once for credentials that it has refused', async () => {
    for (const status of [400, 401, 403, 422]) {
      const server = world()
      const refused = () => Response.json({ error: 'access_denied' }, { status })
      const { client, clock, seen } = await signedIn(byDefault(), server, {
        reauthenticate: () => ({ username: 'ada', password: 'wrong' }),
      })
      server.next = async () => {
        server.next = async () => refused()
        return Response.json({ error: 'invalid_grant' }, { status: 400 })
      }
      await client.session.refresh().catch(() => {})
      await clock.advance(50_000)
      await client.session.refresh().catch(() => {})
      expect(seen.filter((request) => request.includes('grant_type=password')).length).toBe(2)
    }
  })

  it('or of some only, has the rest taken by default', async () => {
    const partly: Own = { judge: ({ status }) => (status === 418 ? 'revoked' : undefined) }
    for (const [status, reason] of [
      [418, 'revoked'],
      [401, 'revoked'],
    ] as const) {
      const { client, server } = await signedIn(partly)
      server.next = async () => Response.json({}, { status })
      await expect(client.session.refresh()).rejects.toMatchObject({ reason })
    }
    const { client, server, ended } = await signedIn(partly, world({ rotates: false }))
    server.next = async () => Response.json({}, { status: 404 })
    await expect(client.session.refresh()).rejects.toMatchObject({ status: 404 })
    expect(ended).toEqual([])
  })

  it('is typed as one', () => {
    const protocol: SessionProtocol<Login, Account> = unjudging
    expect(protocol.judge).toBeUndefined()
  })
})

describe('what a protocol stumbles over in an answer', () => {
  const stumbling: Own = {
    create: async (send, credentials) => {
      const { tokens } = await send(signIn, credentials)
      return {
        tokens,
        resource: () => {
          throw new TypeError(`no account for ${tokens.accessToken}`)
        },
      }
    },
    refresh: async (send) => {
      const { tokens } = await send(signIn, { username: 'ada', password: 'pw' })
      return {
        tokens,
        resource: () => {
          throw `no account for ${tokens.accessToken}`
        },
      }
    },
  }

  it('costs no session, and is told without a word of the answer', async () => {
    const client = clientOf(world(), stumbling)
    const drifts: unknown[] = []
    client.session.on('drift', ({ error }) => drifts.push(error))
    const error = await client.createSession({ username: 'ada', password: 'pw' }).catch((thrown) => thrown)
    await client.session.refresh()
    expect([error, drifts]).toEqual([
      expect.any(ResponseValidationError),
      [expect.any(ResponseValidationError)],
    ])
    expect(error).toMatchObject({ operation: 'createSession', status: 200, fields: [''] })
    expect(drifts[0]).toMatchObject({ operation: 'refreshSession' })
    for (const told of [error, ...drifts]) {
      expect(`${(told as Error).stack}`).not.toContain('access-')
      expect(told).not.toHaveProperty('cause')
    }
    expect(client.session.snapshot().status).toBe('active')
  })
})

describe('tokens as loosely written programs grant them', () => {
  const loose = (change: object): Own => ({
    create: async (send, credentials) => {
      const { tokens, resource } = await send(signIn, credentials)
      return { tokens: { ...tokens, ...change }, resource }
    },
  })

  it('a refresh that answers no refresh token, as undefined or null, keeps the one that there is', async () => {
    for (const nothing of [undefined, null]) {
      const { client, clock, seen } = await signedIn(
        {
          refresh: async (send, tokens) => {
            const granted = await oauth.refresh?.(send, tokens)
            if (!granted) throw new Error('no refresh')
            return { ...granted, tokens: { ...granted.tokens, refreshToken: nothing as undefined } }
          },
        },
        world({ rotates: false }),
      )
      for (let round = 0; round < 3; round++) {
        await clock.advance(LIFE_MS)
        expect((await clock.until(client.fetch('/me'))).status).toBe(200)
      }
      expect(seen.filter((request) => request.includes('refresh_token=refresh-1')).length).toBe(3)
    }
  })

  it.each([undefined, null, Number.NaN, Number.POSITIVE_INFINITY])(
    'a time that is %s is no time, and the stored session can still be read',
    async (time) => {
      const storage = memoryStorage()
      const server = world()
      const { client } = await signedIn(
        loose({ expiresAt: time, expiresInMs: time, issuedAt: time }),
        server,
        {
          storage,
        },
      )
      expect(client.session.snapshot()).toEqual({ status: 'active' })
      const later = clientOf(server, {}, { storage })
      expect(await later.session.restore()).toEqual({ status: 'active' })
      expect((await later.fetch('/me')).status).toBe(200)
    },
  )

  it('adopted with a span and an expiry that is undefined, they last for the span', async () => {
    const server = world()
    const client = clientOf(server)
    await client.session.adopt({ accessToken: 'x', expiresInMs: LIFE_MS, expiresAt: undefined })
    expect(client.session.snapshot().expiresAt).toBe(server.clock.now() + LIFE_MS)
  })
})

it('signing out over a token that has run out revokes with the refresh token that stayed', async () => {
  const revoked: unknown[] = []
  const { client, clock } = await signedIn(
    {
      revoke: async (_, { accessToken, refreshToken }) => {
        revoked.push([accessToken, refreshToken])
      },
    },
    world({ rotates: false }),
  )
  await clock.advance(LIFE_MS)
  expect(await client.session.end()).toEqual({ revoked: true })
  expect(revoked).toEqual([['access-2', 'refresh-1']])
})
