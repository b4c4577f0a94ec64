import { type KomsApiError, KomsClient, type KomsReason } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { ada, komsWorld } from './koms-world.ts'

const documented: [KomsReason, number, unknown][] = [
  ['missing_field', 500, { message: 'missing account_type in request' }],
  ['unsupported_account_type', 500, { message: 'unsupported account_type' }],
  ['unknown_user', 500, { message: 'user not found' }],
  ['weak_password', 500, { name: 'InvalidEmailOrPassword', message: 'Weak password strength' }],
  ['invalid_email', 500, { name: 'InvalidEmailOrPassword', message: 'Invalid email format' }],
  [
    'missing_field',
    500,
    { name: 'InvalidEmailOrPassword', message: 'The email or password was not provided' },
  ],
  ['server_error', 500, { name: 'server_error', message: 'server error' }],
  ['session_gone', 401, { message: 'session no longer exists' }],
  ['refresh_token_expired', 401, { message: 'refresh_token is expired' }],
  ['stale_access_token', 401, { message: 'can only refresh most recently expired access token' }],
  ['unauthorized', 401, { message: 'Unauthorized' }],
  ['server_error', 502, { message: 'Internal server error' }],
  ['server_error', 500, '<html>oops</html>'],
  ['unauthorized', 401, 'constructor'],
]

describe('the user hears what is wrong, though KOMS says it with a 500', () => {
  it.each(documented)('%s: %i %j', async (reason, status, body) => {
    let sent = 0
    const koms = new KomsClient({
      baseUrl: 'https://koms.test',
      clientId: 'client-1',
      fetch: async () => {
        sent++
        return typeof body === 'string' ? new Response(body, { status }) : Response.json(body, { status })
      },
    })
    const error = (await koms.createSession(ada).catch((thrown: unknown) => thrown)) as KomsApiError
    expect(error).toMatchObject({ code: 'koms_api', name: 'KomsApiError', status, reason })
    expect(sent, 'a POST is not repeated blindly').toBe(1)
  })
})

describe('a mistake that comes as a 500', () => {
  const world = () => {
    const made = komsWorld()
    const answer = (body: unknown, status = 500) =>
      made.server.fault('getUser', { kind: 'status', status, body })
    return { ...made, answer }
  }

  it('is not sent again, also where the request could be repeated', async () => {
    for (const [reason, status, body] of documented) {
      if (status !== 500 || reason === 'server_error') continue
      const { signedIn, server, rejection, answer } = world()
      const koms = await signedIn()
      answer(body)
      expect(await rejection(koms.getUser())).toMatchObject({ reason, status: 500, mayPass: false })
      expect(server.count('getUser')).toBe(1)
    }
  })

  it('is not taken for one by the words alone: a server that is down is asked again', async () => {
    for (const body of [{ name: 'server_error', message: 'server error' }, '<html>', undefined]) {
      const { signedIn, server, clock, answer } = world()
      const koms = await signedIn()
      answer(body)
      expect(await clock.until(koms.getUser())).toMatchObject({ email: ada.email })
      expect(server.count('getUser')).toBe(2)
    }
  })
})

it('the fake server and the reasons agree', async () => {
  const { client, rejection, clock } = komsWorld()
  const koms = client()
  const weak = { email: 'new@example.com', password: 'weak' }
  expect(await rejection(koms.createUser(weak))).toMatchObject({ reason: 'weak_password' })
  expect(await rejection(koms.createUser({ ...ada, email: 'nobody' }))).toMatchObject({
    reason: 'invalid_email',
  })
  expect(await rejection(koms.createSession({ ...ada, email: 'x@y.z' }))).toMatchObject({
    reason: 'unknown_user',
  })
  expect(await rejection(koms.createSession({ ...ada, password: 'No' }))).toMatchObject({
    reason: 'server_error',
  })
  expect(await clock.until(koms.createUser(ada))).toEqual({ message: 'user already exists' })
})
