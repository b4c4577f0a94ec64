import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import * as latchkey from '../../src/index.ts'
import {
  AbortedError,
  type AnyLatchkeyError,
  ApiError,
  type ApiFailure,
  ConfigurationError,
  isLatchkeyError,
  isRateLimited,
  isUnauthorized,
  LatchkeyError,
  NetworkError,
  NoSessionError,
  RequestValidationError,
  ResponseValidationError,
  SaferMeApiError,
  SessionEndedError,
  StorageError,
  TimeoutError,
} from '../../src/index.ts'

const failure = (status: number, body: unknown = undefined): ApiFailure => ({
  operation: 'getThing',
  status,
  headers: new Headers({ 'x-token': 'SECRET' }),
  body,
  foreign: false,
  retryAfter: 7000,
})
const issues = [{ message: 'expected a string, got SECRET', path: ['profile', { key: 'user_id' }, 0] }]

const ALL: readonly (readonly [AnyLatchkeyError, string, string])[] = [
  [new ConfigurationError('x'), 'configuration', 'ConfigurationError'],
  [new RequestValidationError('getThing', issues), 'request_validation', 'RequestValidationError'],
  [new NetworkError('x', { cause: new TypeError('fetch failed') }), 'network', 'NetworkError'],
  [new TimeoutError('x'), 'timeout', 'TimeoutError'],
  [new AbortedError('x'), 'aborted', 'AbortError'],
  [new ApiError(failure(500, 'SECRET')) as AnyLatchkeyError, 'api', 'ApiError'],
  [new SaferMeApiError(failure(401, { session: 'SECRET' })), 'saferme_api', 'SaferMeApiError'],
  [new ResponseValidationError('getThing', 200, issues), 'response_validation', 'ResponseValidationError'],
  [new NoSessionError(), 'no_session', 'NoSessionError'],
  [new SessionEndedError('revoked'), 'session_ended', 'SessionEndedError'],
  [new StorageError('failed', 'x'), 'storage', 'StorageError'],
]

describe.each(ALL)('%s', (error, code, name) => {
  it('can be told by its code, its name and its class', () => {
    expect([error.code, error.name]).toEqual([code, name])
    expect(error).toBeInstanceOf(LatchkeyError)
    expect(error).toBeInstanceOf(Error)
    expect(isLatchkeyError(error)).toBe(true)
    expect(isLatchkeyError(error, code as 'network')).toBe(true)
    expect(ALL.filter(([, other]) => isLatchkeyError(error, other as 'network'))).toHaveLength(1)
  })

  it('shows in a log what it is, and no value of anybody', () => {
    expect(error.stack).toContain(error.message)
    expect(inspect(error)).toContain(name)
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ code, name })
    expect(inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error)).not.toContain('SECRET')
  })

  it('is known to another copy of the package', async () => {
    vi.resetModules()
    const copy: typeof latchkey = await import('../../src/index.ts')
    expect(copy.LatchkeyError).not.toBe(LatchkeyError)
    expect(error).not.toBeInstanceOf(copy.LatchkeyError)
    expect(copy.isLatchkeyError(error)).toBe(true)
    expect(copy.isLatchkeyError(error, code as 'network')).toBe(true)
    expect(copy.isUnauthorized(error)).toBe(isUnauthorized(error))
  })
})

describe('the table of errors', () => {
  it('is complete: whatever is exported as an error is in it', () => {
    const exported = Object.entries(latchkey as Record<string, unknown>)
      .filter(([, value]) => typeof value === 'function' && value.prototype instanceof LatchkeyError)
      .map(([name]) => name)
    const listed = ALL.map(([error]) => error.constructor.name)
    // Other APIs' errors are tested with their clients.
    expect(exported.filter((name) => !/^(Koms|Zelf|Clerk)ApiError$/.test(name)).sort()).toEqual(listed.sort())
  })
})

describe('what an error tells a program', () => {
  it('an ApiError: operation, status and how long to wait', () => {
    expect(new ApiError(failure(429))).toMatchObject({ operation: 'getThing', status: 429, retryAfter: 7000 })
    expect(new SaferMeApiError(failure(422))).toBeInstanceOf(ApiError)
  })

  it('a validation error: the paths at fault, and never what stood there', () => {
    expect(new RequestValidationError('getThing', issues)).toMatchObject({
      operation: 'getThing',
      fields: ['profile.user_id.0'],
      message: 'getThing: invalid input: profile.user_id.0',
    })
    expect(new ResponseValidationError('getThing', 200, [{ message: 'SECRET' }])).toMatchObject({
      fields: [''],
      message: "getThing: the server's answer (200) is not as documented: all of it",
    })
  })

  it('a SessionEndedError says why, a StorageError what could not be done', () => {
    expect(new SessionEndedError('lost').reason).toBe('lost')
    expect(new StorageError('locked', 'x').failure).toBe('locked')
  })

  it('a StorageError keeps the platform’s cause, and what anybody else threw to itself', () => {
    const full = new DOMException('no room', 'QuotaExceededError')
    expect(new StorageError('failed', 'x', { cause: full }).cause).toBe(full)
    expect(new StorageError('failed', 'x', { cause: new Error('SECRET') })).not.toHaveProperty('cause')
  })
})

describe('the guards', () => {
  const nothing = [
    undefined,
    null,
    401,
    'api',
    {},
    new Error('x'),
    { code: 'api', status: 401, name: 'ApiError' },
  ]

  it('take nothing of anybody else for an error of Latchkey', () => {
    for (const value of [...nothing, Object.assign(new Error('x'), { code: 'api', status: 401 })]) {
      expect([isLatchkeyError(value), isUnauthorized(value), isRateLimited(value)]).toEqual([
        false,
        false,
        false,
      ])
    }
  })

  it('isUnauthorized and isRateLimited look at the status, of whichever API', () => {
    for (const make of [ApiError, SaferMeApiError]) {
      const told = [400, 401, 403, 420, 429, 503].map((status) => new make(failure(status)))
      expect(told.filter(isUnauthorized).map(({ status }) => status)).toEqual([401])
      expect(told.filter(isRateLimited).map(({ status }) => status)).toEqual([420, 429])
    }
    expect(isUnauthorized(new ResponseValidationError('getThing', 401, issues))).toBe(false)
  })

  it('narrow in a switch over the code', () => {
    const described = (error: AnyLatchkeyError): unknown => {
      switch (error.code) {
        case 'saferme_api':
          return error.isAccountLocked
        case 'session_ended':
          return error.reason
        default:
          return error.code
      }
    }
    expect(ALL.map(([error]) => described(error))).toContain('revoked')
  })
})
