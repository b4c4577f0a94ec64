import axios from 'axios'
import { createAuthRefresh } from 'axios-auth-refresh'
import type { Connect } from '../rival.ts'
import { StubApi } from '../stub-api.ts'

/** As axios-auth-refresh's documentation shows it. */
export const connect: Connect = async (api, { accessToken, refreshToken }) => {
  let tokens = { access_token: accessToken, refresh_token: refreshToken }
  const platform = { adapter: 'fetch', env: { fetch: api.fetch } } as const
  const client = axios.create(platform)
  client.interceptors.request.use((request) => {
    request.headers.set('authorization', `Token token=${tokens.access_token}`)
    return request
  })
  createAuthRefresh(client, async ({ response }) => {
    const { data } = await axios.post(StubApi.TOKEN, { refresh_token: tokens.refresh_token }, platform)
    tokens = data
    if (response) response.config.headers.set('authorization', `Token token=${tokens.access_token}`)
  })
  return async () => (await client.get(StubApi.SESSION)).data
}
