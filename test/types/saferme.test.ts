import {
  type CallOptions,
  memoryStorage,
  SaferMeClient,
  type SaferMeClientOptions,
  type SaferMeCredentials,
  type SaferMeProfile,
  type SaferMeSession,
  type Session,
  type SessionSnapshot,
} from 'latchkey'
import { describe, expectTypeOf, it } from 'vitest'

const client = new SaferMeClient()
/** For what must compile, or must not, and is never run. */
const neverRun = (_: () => unknown): void => {}

describe('what the operations answer is what the API documents', () => {
  it('a session', () => {
    expectTypeOf(client.createSession).returns.toEqualTypeOf<Promise<SaferMeSession>>()
    expectTypeOf(client.getSession).returns.toEqualTypeOf<Promise<SaferMeSession>>()
    expectTypeOf(client.refreshSession).returns.toEqualTypeOf<Promise<SaferMeSession>>()
    expectTypeOf(client.deleteSession).returns.toEqualTypeOf<Promise<void>>()
  })

  it('field by field, without tokens', () => {
    expectTypeOf<SaferMeSession>().toEqualTypeOf<{
      readonly token_expire_at: string
      readonly app_bundle_id: string
      readonly branded_app_id: number
      readonly client_uuid?: string | null
      readonly profile: SaferMeProfile
    }>()
    expectTypeOf<SaferMeProfile>().toEqualTypeOf<{
      readonly user_id: number
      readonly preferred_team_id?: number | null
      readonly user_uuid: string
      readonly personal_account_option: boolean
      readonly consent_required: boolean
      readonly profile_details_pending: boolean
      readonly password_update_pending: boolean
    }>()
    // @ts-expect-error a token is no field of a session
    neverRun(async () => (await client.getSession()).access_token)
    neverRun(async () => {
      const session = await client.getSession()
      // @ts-expect-error it is read-only
      session.branded_app_id = 2
    })
  })

  it('a token is a plain string', () => {
    expectTypeOf(client.session).toEqualTypeOf<Session<SaferMeSession>>()
    expectTypeOf(client.session.getAccessToken).returns.toEqualTypeOf<Promise<string>>()
    expectTypeOf(client.session.snapshot).returns.toEqualTypeOf<SessionSnapshot>()
    expectTypeOf<SessionSnapshot['status']>().toEqualTypeOf<'unknown' | 'none' | 'active' | 'ended'>()
  })

  it("a fetch is what takes the place of the platform's", () => {
    expectTypeOf(client.fetch).toExtend<typeof globalThis.fetch>()
    expectTypeOf(client.fetch).returns.toEqualTypeOf<Promise<Response>>()
  })

  it('what a refresh brings is typed by the API', async () => {
    neverRun(async () => {
      const outcome = await client.session.refresh()
      expectTypeOf(outcome.kind).toEqualTypeOf<'refreshed' | 'adopted' | 'unchanged'>()
      if (outcome.kind === 'refreshed')
        expectTypeOf(outcome.resource).toEqualTypeOf<SaferMeSession | undefined>()
    })
  })
})

describe('what the operations take', () => {
  it('credentials, and options of the call', () => {
    expectTypeOf(client.createSession).parameters.toEqualTypeOf<
      [credentials: SaferMeCredentials, options?: CallOptions | undefined]
    >()
    expectTypeOf<SaferMeCredentials>().toEqualTypeOf<{ readonly email: string; readonly password: string }>()
    expectTypeOf(client.getSession).parameters.toEqualTypeOf<[options?: CallOptions | undefined]>()
    expectTypeOf(client.refreshSession).parameters.toEqualTypeOf<[options?: CallOptions | undefined]>()
    expectTypeOf(client.deleteSession).parameters.toEqualTypeOf<[options?: CallOptions | undefined]>()
  })

  it('no other credentials', () => {
    // @ts-expect-error the password is missing
    neverRun(() => client.createSession({ email: 'a' }))
    // @ts-expect-error the email is missing
    neverRun(() => client.createSession({ password: 'b' }))
    // @ts-expect-error a password is a text
    neverRun(() => client.createSession({ email: 'a', password: 1 }))
    // @ts-expect-error a password may not be null
    neverRun(() => client.createSession({ email: 'a', password: null }))
    // @ts-expect-error there is no such field
    neverRun(() => client.createSession({ email: 'a', password: 'b', remember: true }))
    // @ts-expect-error the envelope is the client's business
    neverRun(() => client.createSession({ session: { email: 'a', password: 'b' } }))
    // @ts-expect-error there are none
    neverRun(() => client.createSession())
    // @ts-expect-error getting a session takes none
    neverRun(() => client.getSession({ email: 'a', password: 'b' }))
  })

  it('no other options', () => {
    neverRun(
      () => new SaferMeClient({ teamId: () => undefined, storage: memoryStorage(), headers: [['a', 'b']] }),
    )
    expectTypeOf<SaferMeClientOptions['teamId']>().toEqualTypeOf<
      number | string | (() => number | string | undefined) | undefined
    >()
    // @ts-expect-error a team is a number or a text
    neverRun(() => new SaferMeClient({ teamId: null }))
    // @ts-expect-error there is no such option
    neverRun(() => new SaferMeClient({ apiKey: 'x' }))
    // @ts-expect-error there is no such mode
    neverRun(() => new SaferMeClient({ validation: 'off' }))
    // @ts-expect-error these are no credentials of SaferMe's
    neverRun(() => new SaferMeClient({ reauthenticate: () => ({ identifier: 'a' }) }))
  })
})

describe('what the events bring', () => {
  it('is typed by their names', () => {
    const { session } = client
    session.on('created', (event) => expectTypeOf(event).toEqualTypeOf<{ readonly expiresAt?: number }>())
    session.on('restored', (event) => expectTypeOf(event.expiresAt).toEqualTypeOf<number | undefined>())
    session.on('refreshed', (event) => expectTypeOf(event.kind).toEqualTypeOf<'refreshed'>())
    session.on('adopted', (event) => expectTypeOf(event.kind).toEqualTypeOf<'adopted'>())
    session.on('refreshFailed', (event) => expectTypeOf(event.coolDownMs).toEqualTypeOf<number>())
    session.on('ended', ({ reason }) => {
      expectTypeOf(reason).toEqualTypeOf<
        'deleted' | 'revoked' | 'expired' | 'lost' | 'elsewhere' | 'superseded'
      >()
    })
    session.on('storageFailed', ({ error }) => expectTypeOf<typeof error.code>().toEqualTypeOf<'storage'>())
    session.on('drift', ({ error }) =>
      expectTypeOf<typeof error.code>().toEqualTypeOf<'response_validation'>(),
    )
    client.on('request', (event) => expectTypeOf(event.attempt).toEqualTypeOf<number>())
    client.on('response', (event) => expectTypeOf(event.status).toEqualTypeOf<number | undefined>())
    client.on('retry', (event) => expectTypeOf(event.delayMs).toEqualTypeOf<number>())
    expectTypeOf(client.on('request', () => {})).toEqualTypeOf<() => void>()
  })

  it('has no other names', () => {
    // @ts-expect-error it is called ended
    neverRun(() => client.session.on('end', () => {}))
    // @ts-expect-error that is an event of the transport
    neverRun(() => client.session.on('request', () => {}))
    // @ts-expect-error that is an event of the session
    neverRun(() => client.on('ended', () => {}))
    // @ts-expect-error an event holds no token
    neverRun(() => client.session.on('created', ({ accessToken }) => accessToken))
  })
})
