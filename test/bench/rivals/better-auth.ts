import { createAuthClient } from 'better-auth/client'
import type { Connect } from '../rival.ts'
import { StubApi } from '../stub-api.ts'

/** Its session is a cookie that the server renews: there is nothing to refresh, and so it stays out of the storm. */
export const connect: Connect = async (api, { accessToken }) => {
  const client = createAuthClient({
    baseURL: StubApi.ORIGIN,
    fetchOptions: {
      customFetchImpl: api.fetch,
      auth: { type: 'Bearer', token: () => accessToken },
    },
  })
  return async () => {
    const { data, error } = await client.getSession()
    if (error) throw new Error(error.message)
    return data
  }
}
