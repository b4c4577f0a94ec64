import { describe, expect, it } from 'vitest'
import type { Fault } from '../../src/testing/index.ts'
import { CREDENTIALS, PASSWORD, scene, TYPED } from './scene.ts'
import { WRITTEN } from './traces.ts'

/** Every operation, each of them answered badly, with what it has sent quoted in the answer. */
async function everything(made: ReturnType<typeof scene>, fault: (quoted: string) => Fault) {
  const { server, clock, client } = made
  const answerBadly = () => {
    const { accessToken = '', refreshToken = '' } = server.sessions[0] ?? {}
    server.fault('createSession', fault(PASSWORD), { times: 20 })
    server.fault('refreshSession', fault(`${refreshToken} ${accessToken}`), { times: 20 })
    server.fault('*', fault(`${accessToken} ${refreshToken}`), { times: 20 })
  }
  answerBadly()
  await made.of(() => client.createSession(CREDENTIALS))
  server.clearFaults()
  await made.signIn()
  answerBadly()
  await made.of(() => client.getSession())
  await made.of(() => client.fetch('/api/v4/things'))
  await made.of(() => client.refreshSession())
  await clock.advance(3_600_000)
  await made.of(() => client.session.getAccessToken())
  await made.of(() => client.getSession())
  await made.of(() => client.deleteSession())
  made.expectNone()
}

describe('no secret is in an error, an event, a snapshot or the client itself', () => {
  it('where sign-in is refused, and the server echoes what it was sent', async () => {
    for (const write of WRITTEN) {
      const made = scene({ retry: false })
      for (const body of [
        `{"errors":[${write(`no such user: ${PASSWORD}`)}]}`,
        `{"errors":{"password":[${write(PASSWORD)}]},"failures":{"password":[${write(`${PASSWORD} is weak`)}]}}`,
        `{"failures":{${write(PASSWORD)}:["is weak"]}}`,
        `{"message":${write(`what is ${PASSWORD}?`)},"param":${write(PASSWORD)}}`,
        `{"error_codes":{"base":[{"error":${write(PASSWORD)}}]}}`,
        `{"session":{"password":${write(PASSWORD)}}}`,
        PASSWORD,
        `<html>${PASSWORD}</html>`,
      ]) {
        for (const status of [401, 422, 500]) {
          made.server.fault('createSession', { kind: 'body', body, status })
          await made.of(() => made.client.createSession(CREDENTIALS))
        }
      }
      expect(new Set(made.showing.codes)).toEqual(new Set(['saferme_api']))
      made.expectNone()
    }
  })

  it('and what the server said besides is still there', async () => {
    const made = scene()
    const body = `{"failures":{"password":["${TYPED} is too weak"]},"error_codes":{"base":[{"error":"account_locked"}]}}`
    made.server.fault('createSession', { kind: 'body', body, status: 422 })
    const error = await made.of(() => made.client.createSession({ email: 'a', password: TYPED }))
    expect(error).toMatchObject({ fields: { password: ['[redacted] is too weak'] }, isAccountLocked: true })
  })

  it('and the names of fields are not taken for secrets', async () => {
    const made = scene()
    await made.signIn()
    const body = { failures: { access_token: ['the token is unknown'] } }
    made.server.fault('getSession', { kind: 'status', status: 422, body })
    expect(await made.of(() => made.client.getSession())).toMatchObject({ fields: body.failures })
    made.server.fault('createSession', {
      kind: 'status',
      status: 422,
      body: { errors: ['is true'], x: true },
    })
    const known = await made.of(() => made.client.createSession({ email: 'a', password: 'true' }))
    expect(known).toMatchObject({ messages: ['is [redacted]'] })
  })

  it.each([401, 403, 420, 422, 429, 500, 502, 503])(
    'whatever is answered with a %d that quotes it',
    async (status) => {
      for (const shape of [
        (text: string) => ({ errors: [text] }),
        (text: string) => ({ errors: { base: [text] }, failures: { [text]: [text] }, message: text }),
        (text: string) => `<html>${text}</html>`,
        (text: string) => `{"errors":["${text}`,
      ]) {
        await everything(scene({ retry: false }), (quoted) => ({
          kind: 'status',
          status,
          body: shape(quoted),
        }))
      }
    },
  )

  it.each([
    ['a connection that breaks', { kind: 'drop-before' }],
    ['an answer that is lost', { kind: 'drop-after' }],
    ['nothing but silence', { kind: 'hang' }],
    ['an answer that is cut off', { kind: 'body', body: '{"session":{"access_token":"SECRET-' }],
    ['a page', { kind: 'body', body: '<html>' }],
    [
      'tokens of a wrong type',
      { kind: 'patch', patch: () => ({ session: { access_token: [PASSWORD], refresh_token: 1 } }) },
    ],
    [
      'a token that no header can hold',
      { kind: 'patch', patch: () => ({ session: { access_token: `${PASSWORD}\n`, refresh_token: TYPED } }) },
    ],
  ] as [string, Fault][])('where there is %s', async (_, fault) => {
    const made = scene()
    if (fault.kind !== 'hang') return everything(made, () => fault)
    await made.signIn()
    made.server.fault('getSession', fault, { times: 9 })
    await made.of(() => made.client.getSession())
    await made.of(() => made.client.getSession({ signal: AbortSignal.abort() }))
    await made.of(() => made.client.fetch('/api/v4/x', { signal: AbortSignal.abort() }))
    expect(made.showing.codes.slice(0, 2)).toEqual(['timeout', 'aborted'])
    made.expectNone()
  })
})
