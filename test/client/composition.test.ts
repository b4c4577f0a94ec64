import ky from 'ky'
import { describe, expect, it, vi } from 'vitest'
import { SaferMeClient } from '../../src/index.ts'
import { REFUSED, signedIn } from './signed-in.ts'

const SESSION = {
  access_token: 'access',
  refresh_token: 'refresh',
  token_expire_at: '2999-02-24T19:05:16.949+13:00',
  app_bundle_id: 'com.thundermaps.saferme',
  branded_app_id: 1,
  profile: {
    user_id: 6,
    user_uuid: '43b9153a-900b-5c07-b4e4-5121333b23ef',
    personal_account_option: false,
    consent_required: false,
    profile_details_pending: false,
    password_update_pending: false,
  },
}

describe('client.fetch as the fetch of ky', () => {
  const kyOf = (fetch: typeof globalThis.fetch) =>
    ky.create({ fetch, prefix: 'https://api.safer.me/api/v4', retry: 0, timeout: false })

  it('carries the session', async () => {
    const { client } = await signedIn()
    expect(
      await kyOf(client.fetch)
        .get('things', { searchParams: { q: 1 } })
        .json(),
    ).toMatchObject({
      path: '/api/v4/things?q=1',
      user_id: 1,
    })
  })

  it('renews the session and replays the body that ky sent', async () => {
    const { client, server } = await signedIn()
    server.fault('api', REFUSED)
    expect(
      await kyOf(client.fetch)
        .post('things', { json: { a: [1] } })
        .json(),
    ).toMatchObject({ body: { a: [1] } })
    expect([server.refreshes, server.count('api')]).toEqual([1, 2])
  })

  it('leaves the errors of HTTP to ky', async () => {
    const { client, server } = await signedIn()
    server.fault('api', { kind: 'status', status: 404 })
    await expect(kyOf(client.fetch).get('things')).rejects.toMatchObject({ name: 'HTTPError' })
  })
})

describe('client.fetch in the place of globalThis.fetch', () => {
  it('is one, as far as types and callers can tell', async () => {
    const { client } = await signedIn()
    const fetch: typeof globalThis.fetch = client.fetch
    const library = { fetch }
    expect(await (await library.fetch('/api/v4/things')).json()).toMatchObject({ user_id: 1 })
    expect(await (await Reflect.apply(fetch, undefined, ['/api/v4/things'])).json()).toMatchObject({
      user_id: 1,
    })
  })
})

describe('a mocked fetch', () => {
  it('is enough: no Date, no URL, no types of its own', async () => {
    const fetch = vi.fn(async () => Response.json({ session: SESSION }))
    const client = new SaferMeClient({ fetch })
    expect(await client.createSession({ email: 'a', password: 'b' })).toMatchObject({ branded_app_id: 1 })
    expect(await client.session.getAccessToken()).toBe('access')
    expect((await client.fetch('/api/v4/things')).status).toBe(200)
    expect(await client.getSession()).toMatchObject({ branded_app_id: 1 })
    expect(fetch).toHaveBeenCalledTimes(3)
  })

  it('that replaces the global one later is used', async () => {
    const client = new SaferMeClient()
    const fetch = vi
      .spyOn(globalThis, 'fetch')
      .mockImplementation(async () => Response.json({ session: SESSION }))
    await client.createSession({ email: 'a', password: 'b' })
    expect(fetch).toHaveBeenCalledTimes(1)
    fetch.mockRestore()
  })
})
