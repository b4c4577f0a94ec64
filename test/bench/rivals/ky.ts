import ky from 'ky'
import type { Connect } from '../rival.ts'
import { saferMeAnswer } from '../saferme-answer.ts'
import { StubApi } from '../stub-api.ts'

/** As ky's documentation answers "How do I implement token refresh on 401 responses?". */
export const connect: Connect = async (api, { accessToken, refreshToken }) => {
  let tokens = { access_token: accessToken, refresh_token: refreshToken }
  const client = ky.create({
    fetch: api.fetch,
    retry: { statusCodes: [401], delay: () => 0 },
    hooks: {
      beforeRequest: [
        ({ request }) => request.headers.set('authorization', `Token token=${tokens.access_token}`),
      ],
      beforeRetry: [
        async ({ request }) => {
          const { refresh_token } = tokens
          tokens = await ky.post(StubApi.TOKEN, { fetch: api.fetch, json: { refresh_token } }).json()
          request.headers.set('authorization', `Token token=${tokens.access_token}`)
        },
      ],
    },
  })
  return async () => saferMeAnswer.parse(await client(StubApi.SESSION).json())
}
