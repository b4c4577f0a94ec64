import { ApiError, type ApiFailure, type Endpoint, isLatchkeyError, SessionClient } from 'latchkey'
import { describe, expect, expectTypeOf, it } from 'vitest'

class ExampleApiError extends ApiError {
  override readonly code = 'example_api'
  readonly hint = 'try tomorrow'
}

const failure: ApiFailure = {
  operation: 'getThing',
  status: 422,
  headers: new Headers(),
  body: undefined,
  foreign: false,
  retryAfter: undefined,
}

interface Thing {
  readonly id: string
}

const list: Endpoint<void, readonly Thing[]> = {
  operation: 'listThings',
  method: 'GET',
  path: '/things',
  read: () => [{ id: 'a' }],
}
const get: Endpoint<Thing, Thing> = {
  operation: 'getThing',
  method: 'GET',
  path: '/things/{id}',
  write: ({ id }) => ({ params: { id } }),
  read: () => ({ id: 'a' }),
}

describe('an error class of one’s own', () => {
  it('is told by its code, with its own fields where the class is named', () => {
    const error: unknown = new ExampleApiError(failure)
    expect(isLatchkeyError<ExampleApiError>(error, 'example_api') && error.hint).toBe('try tomorrow')
    expect(isLatchkeyError(error, 'example_api') && error.status).toBe(422)
    expect(isLatchkeyError(error, 'api')).toBe(false)
  })

  it('takes no known code for its own, nor one that is none', () => {
    const error: unknown = new ExampleApiError(failure)
    // @ts-expect-error this is another class's code
    expect(isLatchkeyError<ExampleApiError>(error, 'koms_api')).toBe(false)
    // @ts-expect-error no error has this code
    expect(isLatchkeyError(error, 'netwrok')).toBe(false)
    if (isLatchkeyError(error, 'koms_api')) expectTypeOf(error.reason).toExtend<string>()
  })
})

describe('an endpoint', () => {
  const client = new SessionClient(
    { name: 'x', refreshWindowMs: 0, early: 'never', repeatable: true, authorize: () => {} },
    { baseUrl: 'https://api.test', fetch: async () => Response.json({}) },
  )

  it('without input is called without one', async () => {
    await client.session.adopt({ accessToken: 'x' })
    expectTypeOf(client.call(list)).toEqualTypeOf<Promise<readonly Thing[]>>()
    expect(await client.call(list)).toEqual([{ id: 'a' }])
    expect(await client.callBare(list)).toEqual([{ id: 'a' }])
    expect(await client.call(list, undefined, { timeout: 1000 })).toEqual([{ id: 'a' }])
  })

  it('with input is not', async () => {
    await client.session.adopt({ accessToken: 'x' })
    expectTypeOf(client.call(get, { id: 'a' })).toEqualTypeOf<Promise<Thing>>()
    // @ts-expect-error the id is missing
    await expect(client.call(get)).rejects.toThrow()
    // @ts-expect-error the id is missing
    await expect(client.callBare(get, undefined)).rejects.toThrow()
    // @ts-expect-error there is no input to give
    await expect(client.call(list, { id: 'a' })).resolves.toEqual([{ id: 'a' }])
  })
})
