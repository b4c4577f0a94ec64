import { describe, expect, it } from 'vitest'
import { setUp, told } from './fake-clerk-setup.ts'

const operations = [
  ['touch', 'active_organization_id=org_1'],
  ['end', ''],
  ['remove', ''],
  ['tokens', 'organization_id=org_1'],
  ['tokens/api', ''],
  ['verify', 'level=first_factor'],
] as const

function signedIn(options: Parameters<typeof setUp>[0] = {}) {
  const made = setUp({ templates: { api: {} }, ...options })
  return { ...made, id: made.server.addSession() }
}

describe('a form', () => {
  it.for(operations)('is what %s takes, and not JSON', async ([operation, body]) => {
    const { send, id } = signedIn()
    const path = `/sessions/${id}/${operation}`
    const json = { headers: { 'content-type': 'application/json' }, body: '{}' }
    expect(told(await send('POST', path, json))).toEqual([415, 'unsupported_content_type'])
    const text = await send('POST', path, { body: 'level=first_factor' })
    expect(told(text)).toEqual([415, 'unsupported_content_type'])
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await send('POST', path, { headers, body })).status).toBe(200)
  })

  it('is wanted of a DELETE and of a dev browser too', async () => {
    const { send } = signedIn()
    const json = { headers: { 'content-type': 'application/json' }, body: '{}' }
    expect((await send('DELETE', '/sessions', json)).status).toBe(415)
    const { request } = setUp({ instance: 'development' })
    expect((await request('POST', '/v1/dev_browser', json)).status).toBe(415)
    expect((await request('POST', '/v1/dev_browser', { form: { a: '1' } })).status).toBe(422)
  })

  it.for(operations)('of %s takes no field that is unknown', async ([operation, body]) => {
    const { post, id } = signedIn()
    const known = [...new URLSearchParams(body)]
    const answer = await post(`${id}/${operation}`, [...known, ['toString', '1']])
    expect(told(answer)).toEqual([422, 'form_param_unknown'])
    expect(answer.body.errors[0].meta).toEqual({ param_name: 'toString' })
  })

  it('takes no field twice', async () => {
    const { post, id } = signedIn()
    const doubled = ['level', 'first_factor'] satisfies [string, string]
    const answer = await post(`${id}/verify`, [doubled, doubled])
    expect(told(answer)).toEqual([422, 'form_param_duplicate'])
  })

  it.for(['verify', 'verify/prepare_first_factor', 'verify/attempt_second_factor'])(
    'of %s needs its required field, not empty',
    async (operation) => {
      const { post, id } = signedIn()
      const field = operation === 'verify' ? 'level' : 'strategy'
      for (const form of [undefined, { [field]: '' }]) {
        const answer = await post(`${id}/${operation}`, form)
        expect(told(answer)).toEqual([422, 'form_param_missing'])
        expect(answer.body.errors[0].meta).toEqual({ param_name: field })
      }
    },
  )

  it.for([
    ['touch', { intent: 'other' }],
    ['touch', { intent: '' }],
    ['verify', { level: 'third_factor' }],
    ['verify/prepare_first_factor', { strategy: 'password' }],
    ['verify/attempt_first_factor', { strategy: 'enterprise_sso' }],
    ['verify/prepare_second_factor', { strategy: 'totp' }],
    ['verify/attempt_second_factor', { strategy: 'email_code' }],
  ] as const)('of %s takes no value that is not listed: %j', async ([operation, form]) => {
    const { post, id } = signedIn()
    expect(told(await post(`${id}/${operation}`, form))).toEqual([422, 'form_param_value_invalid'])
  })
})

describe('the API version', () => {
  const header = { 'clerk-api-version': '2025-04-10' }
  const query = { __clerk_api_version: '2025-04-10' }

  it('stands in the query or in a header, never in both', async () => {
    const { send } = signedIn()
    expect((await send('GET', '', { query })).status).toBe(200)
    expect((await send('GET', '', { headers: header })).status).toBe(200)
    expect(told(await send('GET', '', { query, headers: header }))).toEqual([400, 'api_version_conflict'])
  })

  it('is a date', async () => {
    const { send } = signedIn()
    const answer = await send('GET', '', { query: { __clerk_api_version: 'v1' } })
    expect(told(answer)).toEqual([400, 'api_version_invalid'])
  })
})

describe('an answer', () => {
  it('that says no has the shape of all of them, and brings the client along', async () => {
    const { send, id } = signedIn()
    const { body } = await send('GET', '/sessions/none')
    const error = { message: 'resource not found', long_message: 'resource not found.' }
    expect(body).toEqual({
      errors: [{ ...error, code: 'resource_not_found' }],
      meta: {
        client: expect.objectContaining({ id: 'client_1', sessions: [expect.objectContaining({ id })] }),
      },
      clerk_trace_id: 'trace_1',
    })
  })

  it('to somebody unknown brings no client', async () => {
    const { body } = await setUp().request('GET', '/v1/client/sessions/none')
    expect(body).not.toHaveProperty('meta')
  })

  it('leaves the client out where it is told to', async () => {
    const { send, post, id, server } = signedIn({ piggyback: false })
    expect((await post(`${id}/touch`)).body).toMatchObject({ response: { id }, client: null })
    expect((await send('GET', '')).body).toMatchObject({ response: { id: 'client_1' }, client: null })
    expect((await send('GET', '/sessions/none')).body).not.toHaveProperty('meta')
    server.settings.piggyback = true
    expect((await post(`${id}/touch`)).body.client.id).toBe('client_1')
  })

  it('comes from behind a proxy too', async () => {
    const { request, server } = setUp({ basePath: '/__clerk' })
    const headers = { cookie: `__client=${server.clientToken()}` }
    expect((await request('GET', '/__clerk/v1/client', { headers })).body.response.id).toBe('client_1')
    expect((await request('GET', '/v1/client', { headers })).status).toBe(401)
    expect(server.requests.map(({ operation }) => operation)).toEqual(['getClient', 'api'])
  })

  it('is 404 to what the API does not have', async () => {
    const { send, server } = signedIn()
    expect(told(await send('GET', '/nothing'))).toEqual([404, 'resource_not_found'])
    expect((await send('PUT', '/sessions')).status).toBe(404)
    expect(server.count('unknown')).toBe(2)
  })

  it('repeats itself, tokens and all, for a clock of the same seed', async () => {
    const token = async () => {
      const { post, id } = signedIn()
      return (await post(`${id}/tokens`)).body.jwt
    }
    expect(await token()).toBe(await token())
  })
})
