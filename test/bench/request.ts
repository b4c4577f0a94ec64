import type { Group, Row } from './row.ts'
import { inTurns } from './sample.ts'
import { signedIn } from './signed-in.ts'
import { StubApi } from './stub-api.ts'

const BARE = 'bare fetch, header set by hand'

export const group: Group = {
  title: 'A request with a fresh token',
  about:
    'The `fetch` underneath is a stub that builds a `Request` of what it is given, as every `fetch` does, and answers at once. The answer is read as JSON.',
  measure: async (): Promise<Row[]> => {
    const api = new StubApi()
    const client = await signedIn(api)
    const { accessToken } = api.tokens
    const samples = await inTurns(
      {
        bare: async () => {
          const headers = {
            authorization: `Token token=${accessToken}`,
            'x-appid': 'com.thundermaps.saferme',
          }
          return (await api.fetch(StubApi.SESSION, { headers })).json()
        },
        carried: async () => (await client.fetch('/api/v4/session')).json(),
      },
      { rounds: 25, count: 1000 },
    )
    return [
      { name: BARE, unit: 'µs', samples: samples.of('bare') },
      { name: 'client.fetch', unit: 'µs', samples: samples.of('carried'), against: BARE, within: 1.3 },
    ]
  },
}
