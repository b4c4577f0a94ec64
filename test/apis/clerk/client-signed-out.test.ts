import { isCaptchaNeeded, isReverificationNeeded, isSignedOut } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { failureOf, refusal, world } from './client-setup.ts'

describe('what a refusal says about the user', () => {
  it.each(['authentication_invalid', 'signed_out', 'deprovisioned'])(
    '401 %s: nobody is signed in',
    async (code) => {
      const { client, until, server, id } = world()
      await until(client.getToken())
      server.fault('getSession', refusal(401, code))
      expect(isSignedOut(await until(failureOf(client.getSession(id))))).toBe(true)
      expect(client.client).toBeNull()
      expect(server.count('getClient')).toBe(1)
      expect(client.session.snapshot()).toEqual({ status: 'ended', reason: 'revoked' })
    },
  )

  it.each(['getSession', 'createSessionToken', 'getToken', 'forced'] as const)(
    'after another 401 to %s the server is asked first, and knows better',
    async (call) => {
      const { client, until, server, id } = world()
      await until(client.getClient())
      const operation = call === 'getSession' ? 'getSession' : 'createSessionToken'
      server.fault(operation, refusal(401, 'clerk_key_invalid'))
      const failure =
        call === 'getToken' || call === 'forced'
          ? client.getToken({ skipCache: call === 'forced' })
          : client[call](id)
      const error = await until(failureOf(failure))
      expect(isSignedOut(error)).toBe(false)
      expect(error).toMatchObject({ status: 401 })
      expect(await until(client.getToken())).toMatch(/^ey/)
      expect(server.count('getClient')).toBe(2)
      expect(client.client?.sessions[0]?.id).toBe(id)
    },
  )

  it('if the server knows of nobody either, the user is out', async () => {
    const { client, until, server, id } = world()
    await until(client.getToken())
    server.fault('getSession', refusal(401, 'clerk_key_invalid'))
    const nobody = { kind: 'body', body: '{"response":null,"client":null}' } as const
    server.fault('getClient', nobody, { times: Number.POSITIVE_INFINITY })
    await until(failureOf(client.getSession(id)))
    expect(client.client).toBeNull()
    expect(await until(failureOf(client.getToken()))).toMatchObject({ code: 'no_session' })
    expect(client.session.snapshot()).toEqual({ status: 'ended', reason: 'elsewhere' })
  })

  it('if it can not be asked, what was known stands', async () => {
    const { client, until, server, id } = world({}, { retry: false })
    const token = await until(client.getToken())
    server.fault('getSession', refusal(401, 'clerk_key_invalid'))
    server.fault('getClient', { kind: 'drop-before' })
    await until(failureOf(client.getSession(id)))
    expect(await until(client.getToken())).toBe(token)
  })

  it('a CAPTCHA that is wanted is no sign-out, and nobody is asked', async () => {
    const { client, until, server, id } = world()
    const token = await until(client.getToken())
    server.fault('touchSession', refusal(401, 'requires_captcha'))
    expect(isCaptchaNeeded(await until(failureOf(client.touchSession(id))))).toBe(true)
    expect(server.count('getClient')).toBe(1)
    expect(await until(client.getToken())).toBe(token)
  })

  it('a 404 and a 403 are none either', async () => {
    const { client, until, server, id } = world()
    const token = await until(client.getToken())
    server.fault('getSession', refusal(404, 'resource_not_found'))
    server.fault('touchSession', refusal(403, 'session_reverification_required'))
    expect(isSignedOut(await until(failureOf(client.getSession(id))))).toBe(false)
    expect(isReverificationNeeded(await until(failureOf(client.touchSession(id))))).toBe(true)
    expect(await until(client.getToken())).toBe(token)
  })

  it('the client that rides along in an error is taken note of', async () => {
    const { client, until, server, id } = world()
    await until(client.getClient())
    server.addSession()
    await until(failureOf(client.getSession('sess_9')))
    expect(client.client?.sessions).toHaveLength(2)
    server.addSession()
    await until(failureOf(client.getToken({ template: 'none', sessionId: id })))
    expect(client.client?.sessions).toHaveLength(3)
  })

  it('a final refusal of a token in the background is the end of it, too', async () => {
    const { client, until, server, clock } = world()
    await until(client.getToken())
    await clock.advance(46_000)
    server.forgetClient('signed_out')
    await client.getToken()
    await clock.advance(100)
    expect(client.client).toBeNull()
    expect(client.session.snapshot().status).toBe('ended')
  })
})
