import { describe, expect, it } from 'vitest'
import { keyValueStorage, SaferMeClient, StorageError } from '../../src/index.ts'
import type { Fault } from '../../src/testing/index.ts'
import { CREDENTIALS, PASSWORD, scene, TYPED } from './scene.ts'
import { Showing } from './traces.ts'

describe('no secret is in an error, an event, a snapshot or the client itself', () => {
  it('where the platform quotes a header that it refuses', async () => {
    const store = new Map<string, string>()
    const storage = keyValueStorage({
      getItem: (key) => store.get(key)?.replace('SECRET-adopted', 'SECRET-ad\\nopted') ?? null,
      setItem: (key, value) => void store.set(key, value),
    })
    const made = scene({ storage })
    await made.client.session.adopt({ accessToken: 'SECRET-adopted', refreshToken: 'SECRET-refresh' })
    const second = new SaferMeClient({ storage, fetch: made.server.fetch, clock: made.clock })
    const showing = new Showing(second)
    await showing.of(() => made.clock.until(second.getSession()))
    await showing.of(() => made.clock.until(second.fetch('/api/v4/things')))
    expect(showing.codes).toEqual(['configuration', 'configuration'])
    showing.expectNone(['SECRET'])
  })

  it('where tokens that are adopted are no good', async () => {
    const made = scene()
    for (const accessToken of ['', `${TYPED}\n`, ` ${TYPED}`, `${TYPED}ü`, 7, null]) {
      await made.of(() =>
        made.client.session.adopt({ accessToken: accessToken as string, refreshToken: `${TYPED} x` }),
      )
    }
    await made.of(() => made.client.session.adopt(undefined as never))
    expect(new Set(made.showing.codes)).toEqual(new Set(['request_validation']))
    made.expectNone()
  })

  it('where the input of sign-in is no good', async () => {
    const made = scene()
    for (const credentials of [
      { email: '', password: TYPED },
      { email: 1, password: TYPED },
      { password: TYPED },
      TYPED,
    ]) {
      await made.of(() => made.client.createSession(credentials as never))
    }
    expect(new Set(made.showing.codes)).toEqual(new Set(['request_validation']))
    made.expectNone()
  })

  it.each(['getItem', 'setItem'] as const)(
    'where the storage quotes what it was given: %s',
    async (method) => {
      const values = new Map<string, string>()
      let broken = false
      const guarded = <T>(done: keyof { getItem: 1; setItem: 1 }, act: () => T): T => {
        if (broken && done === method) throw new Error(`disk full: ${[...values].join()} ${PASSWORD}`)
        return act()
      }
      const storage = keyValueStorage({
        getItem: (key) => guarded('getItem', () => values.get(key) ?? null),
        setItem: (key, value) => guarded('setItem', () => void values.set(key, value)),
      })
      const made = scene({ storage })
      await made.signIn()
      broken = true
      await made.of(() => made.client.refreshSession())
      await made.clock.advance(3_600_000)
      await made.of(() => made.client.session.getAccessToken())
      await made.of(() => made.client.session.restore())
      await made.of(() => made.client.deleteSession())
      expect(made.showing.told('storageFailed')).toBe(true)
      made.expectNone()
      expect(new StorageError('failed', 'x')).not.toHaveProperty('cause')
    },
  )

  it('where reauthenticate throws an error that quotes the password, or has the wrong one', async () => {
    let reauthenticate = (): Promise<typeof CREDENTIALS> => Promise.reject(new Error(`wrong: ${PASSWORD}`))
    const made = scene({ reauthenticate: () => reauthenticate() })
    await made.signIn()
    made.server.revoke()
    await made.of(() => made.client.refreshSession())
    await made.of(() => made.client.fetch('/api/v4/things'))
    reauthenticate = async () => ({ ...CREDENTIALS, password: TYPED })
    await made.clock.advance(600_000)
    await made.of(() => made.client.refreshSession())
    expect(made.showing.told('refreshFailed')).toBe(true)
    made.expectNone()
  })

  it('where another session takes the place of the one that a call began with', async () => {
    const made = scene()
    await made.signIn()
    made.server.fault('api', { kind: 'status', status: 401, body: { errors: [PASSWORD] } })
    made.server.fault('refreshSession', { kind: 'delay', ms: 5000 })
    const call = made.showing.of(() => made.client.fetch('/api/v4/things'))
    await made.clock.advance(10)
    await made.signIn()
    await made.clock.until(call)
    expect(made.showing.codes).toEqual(['session_ended'])
    made.expectNone()
  })

  it.each(['strict', 'report'] as const)('where an answer drifts: %s', async (validation) => {
    const made = scene({ validation })
    const wrong = validation === 'strict' ? PASSWORD : null
    const drifting: Fault = {
      kind: 'patch',
      patch: (json) => ({ session: { ...(json as { session: object }).session, branded_app_id: wrong } }),
    }
    made.server.fault('*', drifting, { times: 3 })
    await made.of(() => made.client.createSession(CREDENTIALS))
    await made.of(() => made.client.getSession())
    await made.of(() => made.client.refreshSession())
    expect(made.showing.told('drift')).toBe(true)
    made.expectNone()
  })

  it('and the words that an error is made of stay, where the password happens to be one of them', async () => {
    const client = new SaferMeClient({
      fetch: async () =>
        Response.json(
          {
            errors: { password: ['is not your password'] },
            error_codes: { base: [{ error: 'password_expired' }] },
          },
          { status: 422 },
        ),
    })
    const call = client.createSession({ email: 'ada@example.com', password: 'password' })
    await expect(call).rejects.toMatchObject({
      fields: { password: ['is not your [redacted]'] },
      errorCodes: { base: ['password_expired'] },
    })
  })
})
