import { describe, expect, it } from 'vitest'
import {
  createAnswer,
  credentials,
  EXPIRES_AT,
  getAnswer,
  refreshAnswer,
  renewedTokens,
  session,
  tokens,
  withField,
} from './fixtures.ts'
import { failureOf, scripted, signedIn } from './scripted.ts'

const url = 'https://api.safer.me/api/v4/session'
const json = { 'content-type': 'application/json' }
const authorization = `Token token=${tokens.access_token}`

describe('createSession', () => {
  it('sends the documented request, to the byte', async () => {
    const { client, sent } = scripted([{ body: createAnswer }])
    await client.createSession(credentials)
    expect(sent).toEqual([
      {
        method: 'POST',
        url,
        headers: json,
        body: '{"session":{"app_bundle_id":"com.thundermaps.saferme","email":"ada@example.com","password":"correct horse"}}',
      },
    ])
  })

  it('answers the documented session without its envelope and its tokens', async () => {
    const { client } = scripted([{ body: createAnswer }])
    const created = await client.createSession(credentials)
    expect(created).toStrictEqual(session)
    expect(created.token_expire_at).toBe('2023-02-24T19:05:16.949+13:00')
    expect(created.app_bundle_id).toBe('com.thundermaps.saferme')
    expect(created.branded_app_id).toBe(1)
    expect(created.client_uuid).toBe('2afe4503-91fb-4afd-a9a7-abccdca0f4d3')
    expect(created.profile).toStrictEqual({
      user_id: 6,
      preferred_team_id: 2,
      user_uuid: '43b9153a-900b-5c07-b4e4-5121333b23ef',
      personal_account_option: false,
      consent_required: false,
      profile_details_pending: false,
      password_update_pending: false,
    })
  })

  it('keeps the access token for the calls that follow, until the moment it runs out', async () => {
    const { client } = scripted([{ body: createAnswer }])
    await client.createSession(credentials)
    expect(await client.session.getAccessToken()).toBe(tokens.access_token)
    expect(client.session.snapshot()).toEqual({ status: 'active', expiresAt: EXPIRES_AT })
  })

  it('sends no Authorization of the session that is there already', async () => {
    const { client, sent } = await signedIn([{ body: refreshAnswer }])
    await client.createSession(credentials)
    expect(sent[0]?.headers).not.toHaveProperty('authorization')
    expect(await client.session.getAccessToken()).toBe(renewedTokens.access_token)
  })

  it('sends what only JSON can escape as it was typed', async () => {
    const { client, sent } = scripted([{ body: createAnswer }])
    const awkward = { email: 'ada+"test"@exämple.com', password: '\\ "\n\u2028😀' }
    await client.createSession(awkward)
    const app_bundle_id = 'com.thundermaps.saferme'
    expect(sent[0]?.body).toBe(JSON.stringify({ session: { app_bundle_id, ...awkward } }))
  })
})

describe('getSession', () => {
  it('sends the documented request, to the byte', async () => {
    const { client, sent } = await signedIn([{ body: getAnswer }])
    await client.getSession()
    expect(sent).toEqual([{ method: 'GET', url, headers: { authorization }, body: '' }])
  })

  it('answers the documented session', async () => {
    const { client } = await signedIn([{ body: getAnswer }])
    expect(await client.getSession()).toStrictEqual(session)
  })

  it('takes tokens out of an answer that has them against the documentation', async () => {
    const { client } = await signedIn([{ body: createAnswer }])
    expect(await client.getSession()).toStrictEqual(session)
  })
})

describe('refreshSession', () => {
  it('sends the documented request, to the byte', async () => {
    const { client, sent } = await signedIn([{ body: refreshAnswer }])
    await client.refreshSession()
    expect(sent).toEqual([
      {
        method: 'PATCH',
        url,
        headers: json,
        body: `{"session":{"access_token":"${tokens.access_token}","refresh_token":"${tokens.refresh_token}"}}`,
      },
    ])
  })

  it('answers the documented session without its tokens, and uses both new ones from then on', async () => {
    const { client, sent } = await signedIn([{ body: refreshAnswer }, { body: createAnswer }])
    expect(await client.refreshSession()).toStrictEqual(session)
    expect(await client.session.getAccessToken()).toBe(renewedTokens.access_token)
    await client.refreshSession()
    expect(JSON.parse(sent[1]?.body ?? '')).toEqual({ session: renewedTokens })
  })
})

describe('deleteSession', () => {
  it('sends the documented request, to the byte', async () => {
    const { client, sent } = await signedIn([{ body: {} }])
    await client.deleteSession()
    expect(sent).toEqual([{ method: 'DELETE', url, headers: { authorization }, body: '' }])
  })

  it.for([[{ body: {} }], [{ body: '' }], [{ status: 204 }], [{ body: { later: 'a field' } }]])(
    'answers nothing to %j',
    async ([answer]) => {
      const { client } = await signedIn([answer ?? {}])
      expect(await client.deleteSession()).toBeUndefined()
      expect(client.session.snapshot()).toEqual({ status: 'ended', reason: 'deleted' })
    },
  )

  it('without a session has nothing to do, and sends nothing', async () => {
    const { client, sent } = scripted([])
    await client.deleteSession()
    expect(sent).toEqual([])
  })
})

describe('what the documentation leaves open', () => {
  it.for([
    ['client_uuid', null],
    ['client_uuid', undefined],
    ['profile.preferred_team_id', null],
    ['profile.preferred_team_id', undefined],
  ] as const)('passes a %s of %s', async ([path, value]) => {
    const { client } = await signedIn([{ body: withField(getAnswer, `session.${path}`, value) }])
    expect(await client.getSession()).toStrictEqual(withField(session, path, value))
  })

  it('passes unknown fields untouched, wherever they are', async () => {
    const later = { colour: 'teal', deep: [{ list: [null, 1.5, { a: '' }] }] }
    const answered = { ...session, later, profile: { ...session.profile, later } }
    const { client } = await signedIn([{ body: { session: answered, later } }])
    expect(await client.getSession()).toStrictEqual(answered)
  })

  it.for(['2023-02-24T06:05:16Z', '2023-02-24T06:05:16.949Z', '2023-02-23T22:05:16.949-08:00'])(
    'reads %s as the time that it is',
    async (time) => {
      const { client } = scripted([{ body: withField(createAnswer, 'session.token_expire_at', time) }])
      await client.createSession(credentials)
      expect(client.session.snapshot().expiresAt).toBe(Date.parse(time))
    },
  )
})

describe('a call that the caller stops', () => {
  const stopped = { signal: AbortSignal.abort() }

  it.for(['createSession', 'getSession', 'deleteSession'] as const)('%s says so', async (operation) => {
    const { client, sent } = await signedIn([])
    const call =
      operation === 'createSession' ? client[operation](credentials, stopped) : client[operation](stopped)
    expect(await failureOf(call)).toMatchObject({ code: 'aborted', name: 'AbortError' })
    expect(sent).toEqual([])
  })

  it('refreshSession says so', async () => {
    const { client } = await signedIn([{ body: refreshAnswer }])
    expect(await failureOf(client.refreshSession(stopped))).toMatchObject({
      code: 'aborted',
      name: 'AbortError',
    })
  })
})

describe('a token that is about to run out', () => {
  it('is renewed a minute before, and nobody gets the one that the renewal kills', async () => {
    const { client, clock, sent } = await signedIn([{ body: refreshAnswer }])
    await clock.advance(3_600_000 - 60_001)
    expect(await client.session.getAccessToken()).toBe(tokens.access_token)
    await clock.advance(1)
    expect(await client.session.getAccessToken()).toBe(renewedTokens.access_token)
    expect(sent.map(({ method }) => method)).toEqual(['PATCH'])
  })
})
