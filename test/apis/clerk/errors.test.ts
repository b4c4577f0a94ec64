import { isLatchkeyError, isUnauthorized, LatchkeyError } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { createSessionToken, getSession } from '../../../src/apis/clerk/endpoints.ts'
import {
  ClerkApiError,
  isCaptchaNeeded,
  isDevBrowserUnknown,
  isExpiredTokenWanted,
  isReverificationNeeded,
  isSignedOut,
} from '../../../src/apis/clerk/errors.ts'
import { answering, failureOf, type Scripted } from './call.ts'
import { client, errorBody, SESSION_ID as session_id, withField } from './fixtures.ts'

async function refused(scripted: Scripted): Promise<ClerkApiError> {
  const error = await failureOf(answering(scripted).call(getSession, { session_id }))
  expect(error).toBeInstanceOf(ClerkApiError)
  return error as ClerkApiError
}

const GUARDS = {
  isSignedOut,
  isReverificationNeeded,
  isCaptchaNeeded,
  isDevBrowserUnknown,
  isExpiredTokenWanted,
}
const answeredBy = (error: unknown) =>
  Object.entries(GUARDS).flatMap(([name, guard]) => (guard(error) ? [name] : []))

const DOCUMENTED: readonly { status: number; code: string; guard?: keyof typeof GUARDS }[] = [
  { status: 401, code: 'authentication_invalid', guard: 'isSignedOut' },
  { status: 401, code: 'signed_out', guard: 'isSignedOut' },
  { status: 401, code: 'deprovisioned', guard: 'isSignedOut' },
  { status: 401, code: 'requires_captcha', guard: 'isCaptchaNeeded' },
  { status: 401, code: 'dev_browser_unauthenticated', guard: 'isDevBrowserUnknown' },
  { status: 401, code: 'something_new' },
  { status: 403, code: 'session_reverification_required', guard: 'isReverificationNeeded' },
  { status: 403, code: 'user_locked' },
  { status: 403, code: 'user_banned' },
  { status: 403, code: 'user_deactivated' },
  { status: 404, code: 'resource_not_found' },
  { status: 422, code: 'form_param_missing' },
  { status: 422, code: 'form_param_unknown' },
  { status: 422, code: 'form_code_incorrect' },
  { status: 422, code: 'form_password_incorrect' },
  { status: 422, code: 'missing_expired_token', guard: 'isExpiredTokenWanted' },
  { status: 400, code: 'verification_expired' },
  { status: 400, code: 'verification_failed' },
  { status: 400, code: 'verification_already_verified' },
  { status: 429, code: 'verification_code_too_many_requests' },
  { status: 503, code: 'maintenance_mode' },
]

describe('what Clerk says no with', () => {
  it.each(DOCUMENTED)('$status $code can be told from the rest', async ({ status, code, guard }) => {
    const error = await refused({ status, body: errorBody(code) })
    expect(error).toMatchObject({ code: 'clerk_api', name: 'ClerkApiError', status, clerkCode: code })
    expect(error.operation).toBe('getSession')
    expect(error.message).toContain(code)
    expect(answeredBy(error)).toEqual(guard ? [guard] : [])
    expect(isUnauthorized(error)).toBe(status === 401)
    expect(isLatchkeyError(error)).toBe(true)
  })

  it('comes with the words, the field at fault and the trace id', async () => {
    const error = await refused({ status: 422, body: errorBody('form_code_incorrect') })
    expect(error.errors).toEqual([
      {
        message: 'no',
        long_message: 'No, really.',
        code: 'form_code_incorrect',
        meta: { param_name: 'code' },
      },
    ])
    expect(error.traceId).toBe('trace_1')
  })

  it('may be several things, of which the first counts', async () => {
    const errors = [
      { message: 'a', code: 'form_param_missing' },
      { message: 'b', code: 'signed_out' },
    ]
    const error = await refused({ status: 401, body: { errors } })
    expect(error.errors).toEqual(errors)
    expect(error.clerkCode).toBe('form_param_missing')
    expect(answeredBy(error)).toEqual([])
    expect(error.traceId).toBeUndefined()
  })

  it('tells how long to wait, in seconds or until a date', async () => {
    const body = errorBody('verification_code_too_many_requests')
    expect((await refused({ status: 429, body, headers: { 'retry-after': '7' } })).retryAfter).toBe(7000)
    const date = new Date(Date.now() + 60_000).toUTCString()
    const { retryAfter } = await refused({ status: 429, body, headers: { 'retry-after': date } })
    expect(retryAfter).toBeGreaterThan(50_000)
    expect(retryAfter).toBeLessThanOrEqual(60_000)
    expect((await refused({ status: 429, body })).retryAfter).toBeUndefined()
  })

  it.each(['signed_out', 'authentication_invalid', 'deprovisioned'])(
    'signs nobody out by the word %s without a 401',
    async (code) => {
      expect(isSignedOut(await refused({ status: 404, body: errorBody(code) }))).toBe(false)
    },
  )
})

describe('an error body of any shape is survived', () => {
  const shapes = [
    undefined,
    'null',
    '[]',
    '7',
    '"signed_out"',
    '<html>signed_out</html>',
    '{"errors":',
    {},
    { errors: null },
    { errors: 'signed_out' },
    { errors: { code: 'signed_out' } },
    { errors: [] },
    { errors: [null, 7, 'signed_out', [], {}] },
    { errors: [{ code: 7, message: null }] },
    { errors: [], clerk_trace_id: 7, meta: 7 },
    { meta: { client: 7 } },
    { meta: null },
  ]

  it.each(shapes)('%j', async (body) => {
    const error = await refused({ status: 401, body })
    expect(error).toMatchObject({ errors: [], clerkCode: undefined, traceId: undefined, status: 401 })
    expect(ClerkApiError.clientOf(error)).toBeUndefined()
    expect(answeredBy(error)).toEqual([])
  })

  it('and what can be read in it is', async () => {
    const errors = [
      null,
      { code: 'signed_out' },
      { message: 'no code' },
      { code: 'x', message: 7, long_message: 7, meta: [] },
    ]
    const error = await refused({ status: 401, body: { errors } })
    expect(error.errors).toEqual([
      { message: '', code: 'signed_out' },
      { message: 'no code', code: '' },
      { message: '', code: 'x' },
    ])
    expect(isSignedOut(error)).toBe(true)
    expect(error.message).toBe('getSession: the server answered 401: signed_out, x')
  })

  it('a first error without a code has none', async () => {
    const error = await refused({ status: 401, body: { errors: [{ message: 'hm' }] } })
    expect(error.clerkCode).toBeUndefined()
  })
})

describe('the client that rides along with an error', () => {
  it('brings the client up to date', async () => {
    const error = await refused({ status: 401, body: errorBody('signed_out', { meta: { client } }) })
    expect(ClerkApiError.clientOf(error)).toEqual(client)
  })

  it.each([
    { meta: { client: null } },
    { meta: {} },
    {},
    { client },
    { meta: { client: withField(client, 'sessions', [{}]) } },
  ])('changes nothing where it is absent or not a client: %j', async (more) => {
    const error = await refused({ status: 401, body: errorBody('signed_out', more) })
    expect(ClerkApiError.clientOf(error)).toBeUndefined()
  })

  it('is not printed with the error', async () => {
    const error = await refused({ status: 401, body: errorBody('signed_out', { meta: { client } }) })
    expect(JSON.stringify({ ...error })).not.toContain('sess_')
  })

  it('belongs to no other error', () => {
    expect(ClerkApiError.clientOf(new Error('x'))).toBeUndefined()
    expect(ClerkApiError.clientOf(undefined)).toBeUndefined()
  })
})

describe('the guards', () => {
  it("know another copy's errors", () => {
    class ForeignError extends LatchkeyError {
      readonly code = 'clerk_api'
      readonly status = 401
      readonly clerkCode = 'signed_out'
    }
    expect(answeredBy(new ForeignError())).toEqual(['isSignedOut'])
  })

  it.each([undefined, null, 'signed_out', {}, { code: 'clerk_api', status: 401, clerkCode: 'signed_out' }])(
    'are not taken in by %j',
    (value) => {
      expect(answeredBy(value)).toEqual([])
    },
  )

  it("are not taken in by another API's error", () => {
    class OtherError extends LatchkeyError {
      readonly code = 'other_api'
      readonly status = 401
      readonly clerkCode = 'signed_out'
    }
    expect(answeredBy(new OtherError())).toEqual([])
  })
})

it('an error of the token operation names that operation', async () => {
  const { call } = answering({ status: 404, body: errorBody('resource_not_found') })
  expect(await failureOf(call(createSessionToken, { session_id }))).toMatchObject({
    operation: 'createSessionToken',
    clerkCode: 'resource_not_found',
  })
})
