import { isLatchkeyError, isRateLimited, isUnauthorized, SaferMeApiError } from 'latchkey'
import { describe, expect, it } from 'vitest'
import {
  createAnswer,
  credentials,
  getAnswer,
  refreshAnswer,
  renewedTokens,
  session,
  tokens,
} from './fixtures.ts'
import { failureOf, type Scripted, scripted, signedIn } from './scripted.ts'

const nothing = { fields: {}, messages: [], errorCodes: {}, isAccountLocked: false }
const locked = { error_codes: { base: [{ error: 'account_locked' }] } }
const lockedSays = { errorCodes: { base: ['account_locked'] }, isAccountLocked: true }

async function refusalOf(body: unknown, status = 422): Promise<SaferMeApiError> {
  const { client, sent } = scripted([
    { status, body: typeof body === 'string' ? body : JSON.stringify(body) },
  ])
  const error = await failureOf(client.createSession(credentials))
  expect(sent.length).toBe(1)
  expect(error).toBeInstanceOf(SaferMeApiError)
  return error as SaferMeApiError
}

function said({ fields, messages, errorCodes, isAccountLocked }: SaferMeApiError): object {
  return { fields, messages, errorCodes, isAccountLocked }
}

describe('a refusal says the same thing in one shape', () => {
  const documented: readonly (readonly [body: unknown, says: object])[] = [
    [{ errors: ['Email is invalid', 'is taken'] }, { messages: ['Email is invalid', 'is taken'] }],
    [{ errors: { email: ['is invalid', 'is taken'] } }, { fields: { email: ['is invalid', 'is taken'] } }],
    [{ failures: { app_bundle_id: ['is unknown'] } }, { fields: { app_bundle_id: ['is unknown'] } }],
    [locked, lockedSays],
    [
      { message: 'client error', param: 'password' },
      { messages: ['client error'], fields: { password: ['client error'] } },
    ],
    [{ message: 'client error' }, { messages: ['client error'] }],
    [{ param: 'email' }, { fields: { email: ['missing'] } }],
    [
      { errors: ['Locked.'], ...locked, message: 'no' },
      { messages: ['Locked.', 'no'], ...lockedSays },
    ],
    [
      { errors: { base: ['a'], email: ['b'] }, failures: { email: ['c'], password: ['d'] }, ...locked },
      { fields: { base: ['a'], email: ['b', 'c'], password: ['d'] }, ...lockedSays },
    ],
    [
      { errors: { email: ['a'] }, message: 'client error', param: 'email' },
      { messages: ['client error'], fields: { email: ['a', 'client error'] } },
    ],
    [
      { error_codes: { email: [{ error: 'taken' }, { error: 'too_long', count: 5 }] } },
      { errorCodes: { email: ['taken', 'too_long'] } },
    ],
  ]
  it.for(documented)('%j', async ([body, says]) => {
    expect(said(await refusalOf(body))).toStrictEqual({ ...nothing, ...says })
  })
})

describe('a refusal of another shape is still one', () => {
  it.for([
    ...['', ' ', '<html>no</html>', '{"errors":', 'null', '[]', '7', '"text"', '[["a"]]', 'true', '{}'],
    ...[
      null,
      7,
      true,
      [],
      {},
      [null, 7, {}, []],
      { email: null },
      { email: 7 },
      { email: [] },
      [[['deep']]],
    ].map((value) =>
      JSON.stringify({ errors: value, failures: value, error_codes: value, message: 7, param: null }),
    ),
    '{"error_codes":{"base":[null,7,"account_locked",{"error":null},{"code":"account_locked"}]}}',
  ])('%s', async (body) => {
    const error = await refusalOf(body)
    expect(said(error)).toStrictEqual(nothing)
    expect(error).toMatchObject({ code: 'saferme_api', status: 422, operation: 'createSession' })
  })

  it('one field of another shape does not hide a locked account, nor what else is said', async () => {
    const body = {
      errors: { email: ['is invalid', 7], password: null },
      failures: { base: 'in one word' },
      error_codes: { email: 'another shape', base: [null, { error: 'account_locked' }] },
      message: { not: 'a text' },
    }
    expect(said(await refusalOf(body))).toStrictEqual({
      messages: [],
      fields: { email: ['is invalid'], base: ['in one word'] },
      ...lockedSays,
    })
  })

  it.for(['__proto__', '__pr\\u006fto__'])('%s as a field reaches no prototype', async (key) => {
    const error = await refusalOf(
      `{"${key}":{"errors":["a"]},"errors":{"${key}":["a"]},"failures":{"${key}":["b"]},` +
        `"error_codes":{"${key}":[{"error":"account_locked"}]},"param":"__proto__","message":"c"}`,
    )
    for (const value of [error.fields, error.errorCodes, Object.assign({}, error.fields), {}, []]) {
      expect(Object.keys(value)).toEqual([])
      expect([Object.prototype, Array.prototype]).toContain(Object.getPrototypeOf(value))
    }
  })

  it.for(['constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'length'])(
    'a field that is called %s is a field',
    async (name) => {
      const body = {
        errors: { [name]: ['a'] },
        failures: { [name]: ['b'] },
        error_codes: { [name]: [{ error: 'c' }] },
      }
      const error = await refusalOf(body)
      expect(Object.entries(error.fields)).toStrictEqual([[name, ['a', 'b']]])
      expect(Object.entries(error.errorCodes)).toStrictEqual([[name, ['c']]])
    },
  )
})

describe('a wrong password', () => {
  const refusal: Scripted = { status: 401, body: { errors: ['invalid email or password'] } }

  it('is told apart, and leaves the session that was there alone', async () => {
    const { client } = await signedIn([refusal, { body: getAnswer }])
    const error = await failureOf(client.createSession(credentials))
    expect(error).toMatchObject({ status: 401, messages: ['invalid email or password'] })
    expect([isUnauthorized(error), isRateLimited(error)]).toEqual([true, false])
    expect(await client.getSession()).toStrictEqual(session)
  })

  it('is not repeated in the error, however the server quotes it', async () => {
    for (const password of ['correct horse', 'P&ss<w>"ord\\/', 'pässwörd']) {
      const { client } = scripted([{ status: 422, body: { errors: { password: [`${password} is wrong`] } } }])
      const error = await failureOf(client.createSession({ ...credentials, password }))
      expect((error as SaferMeApiError).fields).toStrictEqual({ password: ['[redacted] is wrong'] })
    }
  })
})

describe.for([420, 429])('%i, too many tries', (status) => {
  const slower: Scripted = { status, body: { errors: ['enhance your calm'] } }

  it.for([
    ['createSession', createAnswer],
    ['getSession', getAnswer],
    ['deleteSession', {}],
  ] as const)('is waited out by %s', async ([operation, body]) => {
    const { client, clock, sent } = await signedIn([slower, slower, { body }])
    const retries: number[] = []
    client.on('retry', ({ attempt, delayMs, status: seen }) => {
      expect([attempt, seen]).toEqual([retries.length + 1, status])
      retries.push(delayMs)
    })
    const started = clock.monotonic()
    await clock.until<unknown>(
      operation === 'createSession' ? client.createSession(credentials) : client[operation](),
    )
    expect(sent.length).toBe(3)
    const [first = Number.NaN, second = Number.NaN] = retries
    expect(first).toBeLessThanOrEqual(300)
    expect(second).toBeLessThanOrEqual(600)
    expect(clock.monotonic() - started).toBeGreaterThanOrEqual(first + second)
  })

  it('is waited out for as long as the server asks', async () => {
    const asks = { ...slower, headers: { 'retry-after': '7' } }
    const { client, clock, sent } = await signedIn([asks, { body: getAnswer }])
    const started = clock.monotonic()
    await clock.until(client.getSession())
    expect(clock.monotonic() - started).toBe(7_000)
    expect(sent.length).toBe(2)
  })

  it('is told in the end', async () => {
    const { client, clock, sent } = await signedIn([
      slower,
      slower,
      { ...slower, headers: { 'retry-after': '9' } },
    ])
    const error = await clock.until(failureOf(client.getSession()))
    expect(error).toMatchObject({ status, messages: ['enhance your calm'], retryAfter: 9_000 })
    expect([isRateLimited(error), isUnauthorized(error), isLatchkeyError(error, 'saferme_api')]).toEqual([
      true,
      false,
      true,
    ])
    expect(sent.length).toBe(3)
  })

  it('is waited out by whoever needs a new token, and costs no session', async () => {
    const { client, clock, sent } = await signedIn([slower, { body: refreshAnswer }])
    await clock.advance(3_600_000)
    expect(await clock.until(client.session.getAccessToken())).toBe(renewedTokens.access_token)
    expect(sent.map(({ method }) => method)).toEqual(['PATCH', 'PATCH'])
    expect(sent[1]?.body).toBe(sent[0]?.body)
  })

  it('is told to whoever refreshes by hand, and costs no session', async () => {
    const { client, sent } = await signedIn([slower])
    expect(isRateLimited(await failureOf(client.refreshSession()))).toBe(true)
    expect(sent.length).toBe(1)
    expect(await client.session.getAccessToken()).toBe(tokens.access_token)
  })
})

describe('a refused refresh', () => {
  it('ends the session if SaferMe itself says 401', async () => {
    const { client } = await signedIn([{ status: 401, body: { errors: ['not authenticated'] } }])
    expect(await failureOf(client.refreshSession())).toMatchObject({
      code: 'session_ended',
      reason: 'revoked',
    })
  })

  it.for([
    [401, '<html>Sign in to the hotel</html>'],
    [403, { errors: ['no'] }],
    [404, ''],
    [422, { message: 'client error', param: 'session' }],
    [500, { errors: ['oops'] }],
    [502, '<html>Bad gateway</html>'],
    [503, ''],
  ] as const)('ends nothing with %i and %j', async ([status, body]) => {
    const { client } = await signedIn([{ status, body }])
    expect(await failureOf(client.refreshSession())).toMatchObject({ code: 'saferme_api', status })
    expect(client.session.snapshot().status).toBe('active')
    expect(await client.session.getAccessToken()).toBe(tokens.access_token)
  })
})

describe('a failing server', () => {
  it.for([500, 502, 504])('is not asked twice to sign in after %i: it may have done it', async (status) => {
    const { client, sent } = scripted([{ status }])
    expect(await failureOf(client.createSession(credentials))).toMatchObject({ code: 'saferme_api', status })
    expect(sent.length).toBe(1)
  })

  it('is asked again for what can be asked twice', async () => {
    const { client, clock } = await signedIn([{ status: 500 }, { status: 503 }, { body: getAnswer }])
    expect(await clock.until(client.getSession())).toStrictEqual(session)
  })

  it('is not asked again where the caller has turned that off', async () => {
    const { client, sent } = await signedIn([{ status: 429 }], { retry: false })
    expect(isRateLimited(await failureOf(client.getSession()))).toBe(true)
    expect(sent.length).toBe(1)
  })
})
