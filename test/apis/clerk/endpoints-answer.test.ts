import { describe, expect, it } from 'vitest'
import * as clerk from '../../../src/apis/clerk/endpoints.ts'
import { answering } from './call.ts'
import { client, JWT, SESSION_ID as session_id } from './fixtures.ts'
import { bodies, cases } from './requests.ts'

describe('the client that rides along', () => {
  const sessionOperations = cases.filter(({ answer }) => answer === 'session' || answer === 'reverification')

  it.each(sessionOperations)('a $name brings the client up to date', async ({ run, answer }) => {
    const { call } = answering({ body: bodies[answer] })
    expect(await run(call)).toEqual({ response: bodies[answer as 'session'].response, client })
  })

  it.each(sessionOperations)('a $name without one signs nobody out', async ({ run, answer }) => {
    const { response } = bodies[answer as 'session']
    for (const body of [{ response, client: null }, { response }]) {
      expect(await run(answering({ body }).call)).toEqual({ response, client: undefined })
    }
  })

  it.each(sessionOperations)(
    'a $name without one signs nobody out in report mode',
    async ({ run, answer }) => {
      const { response } = bodies[answer as 'session']
      const { call } = answering({ body: { response, client: null } }, 'report')
      expect(await run(call)).toEqual({ response, client: undefined })
    },
  )
})

describe('an answer that is the client', () => {
  const operations = [clerk.getClient, clerk.removeSessions]

  it.each(operations)('$operation tells which sessions there are', async (endpoint) => {
    for (const beside of [{ client: null }, { client }, { client: {} }, {}]) {
      const { call } = answering({ body: { response: client, ...beside } })
      expect(await call(endpoint, undefined)).toEqual({ response: client, client })
    }
  })

  it.each(operations)('$operation tells that there are none', async (endpoint) => {
    for (const validation of [undefined, 'report'] as const) {
      const { call } = answering({ body: { response: null, client: null } }, validation)
      expect(await call(endpoint, undefined)).toEqual({ response: null, client: null })
    }
  })
})

describe('an answer that is a token', () => {
  it('comes without an envelope', async () => {
    const { call } = answering({ body: { jwt: JWT, object: 'token' } })
    expect(await call(clerk.createSessionToken, { session_id })).toEqual({ jwt: JWT, object: 'token' })
    expect(
      await call(clerk.createSessionTokenWithTemplate, { session_id, template_name: 't' }),
    ).toMatchObject({
      jwt: JWT,
    })
  })

  it("gives a development browser's token", async () => {
    const { call } = answering({ body: { id: 'dvb_1', object: 'dev_browser' } })
    expect(await call(clerk.createDevBrowser, undefined)).toMatchObject({ id: 'dvb_1' })
  })
})
