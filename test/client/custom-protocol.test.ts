import {
  ApiError,
  type ApiFailure,
  ConfigurationError,
  isLatchkeyError,
  SessionClient,
  SessionEndedError,
} from 'latchkey'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { type Account, type Login, me, oauth } from './oauth-protocol.ts'
import { clientOf, LIFE_MS, signedIn, world } from './oauth-world.ts'

describe("a protocol of one's own", () => {
  it('signs in with a form, and answers its own resource without the tokens envelope of another', async () => {
    const server = world()
    const created = await clientOf(server).createSession({ username: 'ada', password: 'pw' })
    expectTypeOf(created).toEqualTypeOf<Account>()
    expect(created.scope).toBe('all')
    expect(server.seen).toEqual(['POST /token grant_type=password&username=ada&password=pw'])
  })

  it('is typed by what it was given', async () => {
    const { client } = await signedIn()
    expectTypeOf(client.createSession).parameter(0).toEqualTypeOf<Login>()
    expectTypeOf(client.refreshSession).returns.toEqualTypeOf<Promise<Account | undefined>>()
    expectTypeOf(client.call(me, undefined)).toEqualTypeOf<Promise<{ readonly name: string }>>()
    // @ts-expect-error these are the credentials of another API
    const call = client.createSession({ email: 'ada', password: 'pw' })
    await expect(call).rejects.toMatchObject({ code: 'request_validation', fields: ['username'] })
  })

  it('carries the session in typed calls and in fetch, and not where it is told not to', async () => {
    const { client, seen } = await signedIn()
    expect(await client.call(me, undefined)).toEqual({ name: 'Ada' })
    expect((await client.fetch('/files')).status).toBe(200)
    await expect(client.callBare(me, undefined)).rejects.toMatchObject({ code: 'api', status: 401 })
    expect(seen.slice(1)).toEqual(['GET /me Bearer access-1', 'GET /files Bearer access-1', 'GET /me'])
  })

  it('has a plain ApiError unless it has one of its own', async () => {
    const server = world()
    const wrong = { username: 'ada', password: 'wrong' }
    const error: unknown = await clientOf(server)
      .createSession(wrong)
      .catch((error: unknown) => error)
    expect(isLatchkeyError(error, 'api') && error.status).toBe(400)

    class ExampleApiError extends ApiError {
      override readonly code = 'example_api'
      readonly error: unknown
      constructor(failure: ApiFailure) {
        super(failure)
        this.error = Object(failure.body).error
      }
    }
    const own = clientOf(server, { toError: (failure) => new ExampleApiError(failure) })
    await expect(own.createSession(wrong)).rejects.toMatchObject({
      code: 'example_api',
      error: 'access_denied',
    })
  })

  it('ends without a way to tell the server, and says so', async () => {
    const { client, seen, ended } = await signedIn()
    expect(await client.session.end()).toEqual({ revoked: false })
    expect(await client.deleteSession()).toBeUndefined()
    expect([seen.length, ended]).toEqual([1, ['deleted']])
  })
})

describe('a refresh', () => {
  it('keeps the refresh token that its answer leaves out', async () => {
    const { client, clock, seen } = await signedIn({}, world({ rotates: false }))
    for (let hour = 0; hour < 3; hour++) {
      await clock.advance(LIFE_MS)
      expect(await client.call(me, undefined)).toEqual({ name: 'Ada' })
    }
    expect(seen.filter((request) => request.includes('grant_type=refresh_token'))).toEqual(
      Array(3).fill('POST /token grant_type=refresh_token&refresh_token=refresh-1'),
    )
  })

  it('uses the new refresh token where there is one', async () => {
    const { client, seen } = await signedIn()
    expect(await client.refreshSession()).toMatchObject({ scope: 'all' })
    await client.refreshSession()
    expect(seen.slice(1)).toEqual([
      'POST /token grant_type=refresh_token&refresh_token=refresh-1',
      'POST /token grant_type=refresh_token&refresh_token=refresh-2',
    ])
  })

  it('is one for however many calls, and replays none that did not fail', async () => {
    const { client, clock, refreshes, seen } = await signedIn()
    await clock.advance(LIFE_MS)
    await Promise.all(Array.from({ length: 20 }, () => client.fetch('/me')))
    expect(refreshes()).toBe(1)
    expect(seen.filter((request) => request === 'GET /me Bearer access-2').length).toBe(20)
  })

  it('that the API refuses in its own words ends the session', async () => {
    const { client, ended, server } = await signedIn()
    server.next = async () => Response.json({ error: 'invalid_grant' }, { status: 400 })
    await expect(client.session.refresh()).rejects.toMatchObject({ code: 'session_ended', reason: 'revoked' })
    expect(ended).toEqual(['revoked'])
  })

  it('that the API refuses in other words ends nothing', async () => {
    const { client, ended, server } = await signedIn()
    server.next = async () => Response.json({ error: 'invalid_request' }, { status: 400 })
    await expect(client.session.refresh()).rejects.toMatchObject({ code: 'api', status: 400 })
    expect([ended, client.session.snapshot().status]).toEqual([[], 'active'])
  })
})

describe('a protocol without refresh', () => {
  const { refresh: _, renewable: __, ...unrenewable } = oauth
  const signedInOnce = async () => {
    const server = world()
    const { clock, fetch } = server
    const client = new SessionClient(unrenewable, { baseUrl: 'https://api.example', clock, fetch })
    await client.createSession({ username: 'ada', password: 'pw' })
    return { ...server, client }
  }

  it('serves its token to the end, and then ends as expired', async () => {
    const { client, clock, seen } = await signedInOnce()
    await clock.advance(LIFE_MS - 1)
    expect(await client.session.getAccessToken()).toBe('access-1')
    await clock.advance(1)
    await expect(client.session.getAccessToken()).rejects.toEqual(new SessionEndedError('expired'))
    expect(client.session.snapshot()).toEqual({ status: 'ended', reason: 'expired' })
    expect(seen.length).toBe(1)
  })

  it('can not be refreshed by hand, and does not end for having been asked', async () => {
    const { client } = await signedInOnce()
    await expect(client.session.refresh()).rejects.toBeInstanceOf(Error)
    expect(await client.session.getAccessToken()).toBe('access-1')
  })

  it.each([['a page of the hotel'], ['{"error":"forbidden"}']])(
    'does not end because one request is answered 401 with %s',
    async (body) => {
      const { clock } = world()
      const fetch = async (): Promise<Response> => new Response(body, { status: 401 })
      const client = new SessionClient(unrenewable, { baseUrl: 'https://api.example', clock, fetch })
      await client.session.adopt({ accessToken: 'good', expiresInMs: LIFE_MS })
      expect((await client.fetch('/elsewhere')).status).toBe(401)
      expect(client.session.snapshot().status).toBe('active')
    },
  )

  it('signs in again where it is told how', async () => {
    const server = world()
    const { clock, fetch } = server
    const client = new SessionClient(unrenewable, {
      ...{ baseUrl: 'https://api.example', clock, fetch },
      reauthenticate: () => ({ username: 'ada', password: 'pw' }),
    })
    await client.createSession({ username: 'ada', password: 'pw' })
    await clock.advance(LIFE_MS)
    expect(await client.call(me, undefined)).toEqual({ name: 'Ada' })
    expect(server.seen.at(-1)).toBe('GET /me Bearer access-2')
  })
})

describe('a protocol without create', () => {
  const { create: _, ...adopting } = oauth

  it('begins with tokens from elsewhere, and renews them', async () => {
    const { clock, fetch, seen } = world()
    const client = new SessionClient(adopting, { baseUrl: 'https://api.example', clock, fetch })
    await client.session.adopt({
      accessToken: 'handed-over',
      refreshToken: 'refresh-0',
      expiresInMs: LIFE_MS,
    })
    expect(client.session.snapshot()).toEqual({ status: 'active', expiresAt: clock.now() + LIFE_MS })
    await clock.advance(LIFE_MS)
    expect(await client.call(me, undefined)).toEqual({ name: 'Ada' })
    expect(seen).toEqual([
      'POST /token grant_type=refresh_token&refresh_token=refresh-0',
      'GET /me Bearer access-1',
    ])
  })

  it('says that there is no way to sign in', async () => {
    const { clock, fetch, seen } = world()
    const client = new SessionClient(adopting, { baseUrl: 'https://api.example', clock, fetch })
    await expect(client.createSession({ username: 'ada', password: 'pw' })).rejects.toBeInstanceOf(
      ConfigurationError,
    )
    expect(seen).toEqual([])
  })

  it('adopts a token that nothing renews, which ends as expired', async () => {
    const { clock, fetch, seen } = world()
    const client = new SessionClient(adopting, { baseUrl: 'https://api.example', clock, fetch })
    await client.session.adopt({ accessToken: 'handed-over', expiresInMs: LIFE_MS })
    await clock.advance(LIFE_MS)
    await expect(client.fetch('/me')).rejects.toEqual(new SessionEndedError('expired'))
    expect(seen).toEqual([])
  })
})
