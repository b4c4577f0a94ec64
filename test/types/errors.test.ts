import {
  AbortedError,
  type AnyLatchkeyError,
  ApiError,
  type ApiFailure,
  ClerkApiError,
  ConfigurationError,
  type EndReason,
  isLatchkeyError,
  KomsApiError,
  LatchkeyError,
  type LatchkeyErrorCode,
  NetworkError,
  NoSessionError,
  RequestValidationError,
  ResponseValidationError,
  SaferMeApiError,
  SessionEndedError,
  StorageError,
  type StorageFailure,
  TimeoutError,
  ZelfApiError,
} from 'latchkey'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { assertNever } from './type-checks.ts'

/** For what must compile, or must not, and is never run. */
const neverRun = (_: () => unknown): void => {}

const failure: ApiFailure = {
  operation: 'createSession',
  status: 422,
  headers: new Headers(),
  body: { errors: ['no'] },
  foreign: false,
  retryAfter: undefined,
}

const samples = {
  aborted: new AbortedError('x'),
  api: new ApiError(failure),
  clerk_api: new ClerkApiError(failure),
  configuration: new ConfigurationError('x'),
  koms_api: new KomsApiError(failure),
  network: new NetworkError('x'),
  no_session: new NoSessionError(),
  request_validation: new RequestValidationError('createSession', []),
  response_validation: new ResponseValidationError('createSession', 200, []),
  saferme_api: new SaferMeApiError(failure),
  session_ended: new SessionEndedError('revoked'),
  storage: new StorageError('failed', 'x'),
  timeout: new TimeoutError('x'),
  zelf_api: new ZelfApiError(failure),
}

/** Doesn't compile once a code is forgotten, or a class is in the union that has no case here. */
function describeError(error: AnyLatchkeyError): string {
  switch (error.code) {
    case 'aborted':
      expectTypeOf(error).toEqualTypeOf<AbortedError>()
      return error.name
    case 'api':
      expectTypeOf(error).toExtend<ApiError>()
      expectTypeOf(error.status).toEqualTypeOf<number>()
      return error.name
    case 'saferme_api':
      expectTypeOf(error).toEqualTypeOf<SaferMeApiError>()
      expectTypeOf(error.isAccountLocked).toEqualTypeOf<boolean>()
      expectTypeOf(error.fields).toEqualTypeOf<Readonly<Record<string, readonly string[]>>>()
      expectTypeOf(error.errorCodes).toEqualTypeOf<Readonly<Record<string, readonly string[]>>>()
      expectTypeOf(error.messages).toEqualTypeOf<readonly string[]>()
      expectTypeOf(error.fields.password).toEqualTypeOf<readonly string[] | undefined>()
      expectTypeOf(error.retryAfter).toEqualTypeOf<number | undefined>()
      return error.name
    case 'clerk_api':
      expectTypeOf(error).toEqualTypeOf<ClerkApiError>()
      return error.name
    case 'koms_api':
      expectTypeOf(error).toEqualTypeOf<KomsApiError>()
      return error.name
    case 'zelf_api':
      expectTypeOf(error).toEqualTypeOf<ZelfApiError>()
      return error.name
    case 'configuration':
      expectTypeOf(error).toEqualTypeOf<ConfigurationError>()
      return error.name
    case 'network':
      expectTypeOf(error).toEqualTypeOf<NetworkError>()
      return error.name
    case 'no_session':
      expectTypeOf(error).toEqualTypeOf<NoSessionError>()
      return error.name
    case 'request_validation':
      expectTypeOf(error).toEqualTypeOf<RequestValidationError>()
      expectTypeOf(error.fields).toEqualTypeOf<readonly string[]>()
      return error.name
    case 'response_validation':
      expectTypeOf(error).toEqualTypeOf<ResponseValidationError>()
      expectTypeOf(error.fields).toEqualTypeOf<readonly string[]>()
      return error.name
    case 'session_ended':
      expectTypeOf(error).toEqualTypeOf<SessionEndedError>()
      expectTypeOf(error.reason).toEqualTypeOf<EndReason>()
      return error.name
    case 'storage':
      expectTypeOf(error).toEqualTypeOf<StorageError>()
      expectTypeOf(error.failure).toEqualTypeOf<StorageFailure>()
      return error.name
    case 'timeout':
      expectTypeOf(error).toEqualTypeOf<TimeoutError>()
      return error.name
    default:
      return assertNever(error)
  }
}

describe('every error', () => {
  it.for(Object.entries(samples))('%s is told by its code', ([code, error]) => {
    expect(error.code).toBe(code)
    expect(error).toBeInstanceOf(LatchkeyError)
    expect(isLatchkeyError(error)).toBe(true)
    if (isLatchkeyError(error)) expect(describeError(error)).toBe(error.name)
  })

  it('has a code of its own', () => {
    expectTypeOf<LatchkeyErrorCode>().toEqualTypeOf<keyof typeof samples>()
  })

  it('is an unknown value first: the guard narrows it', () => {
    const error: unknown = samples.saferme_api
    expect.assertions(5)
    // @ts-expect-error nothing is known of it yet
    neverRun(() => error.code)
    if (isLatchkeyError(error)) {
      expectTypeOf(error).toEqualTypeOf<AnyLatchkeyError>()
      expect(error.code).toBe('saferme_api')
    }
    if (isLatchkeyError(error, 'saferme_api')) {
      expectTypeOf(error).toEqualTypeOf<SaferMeApiError>()
      expect(error.messages).toEqual(['no'])
    }
    expect(isLatchkeyError(error, 'network')).toBe(false)
    expect(isLatchkeyError({ code: 'saferme_api' }, 'saferme_api')).toBe(false)
    expect(isLatchkeyError(new Error('x'))).toBe(false)
    neverRun(() => {
      if (isLatchkeyError(error, 'session_ended')) expectTypeOf(error).toEqualTypeOf<SessionEndedError>()
      if (isLatchkeyError(error, 'api')) expectTypeOf(error.code).toEqualTypeOf<'api'>()
      const either = 'network' as 'network' | 'timeout'
      if (isLatchkeyError(error, either)) expectTypeOf(error).toEqualTypeOf<NetworkError | TimeoutError>()
    })
  })

  it('has none but the documented codes', () => {
    // @ts-expect-error it is called saferme_api
    neverRun(() => isLatchkeyError(samples.api, 'saferme'))
    // @ts-expect-error a code is a text
    neverRun(() => isLatchkeyError(samples.api, 401))
    // @ts-expect-error there is no such code
    neverRun(() => samples.network.code === 'offline')
    neverRun(() => {
      // @ts-expect-error a code can not be changed
      samples.network.code = 'timeout'
    })
    // @ts-expect-error there is no such reason
    neverRun(() => samples.session_ended.reason === 'timeout')
  })

  it('left out of a switch, does not compile', () => {
    neverRun((): string => {
      const error: AnyLatchkeyError = samples.network
      switch (error.code as 'network' | 'timeout') {
        case 'network':
          return ''
        default:
          // @ts-expect-error timeout is left
          return assertNever(error.code as 'timeout')
      }
    })
  })
})
