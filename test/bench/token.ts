import type { Group, Row } from './row.ts'
import { inTurns } from './sample.ts'
import { signedIn } from './signed-in.ts'
import { StubApi } from './stub-api.ts'

/** What handing out a fresh token may take beyond an empty asynchronous call, in microseconds. */
const LIMIT_US = 0.3

export const group: Group = {
  title: 'The token, while it is fresh',
  about: '`getAccessToken()` from memory: no I/O, no lock.',
  measure: async (): Promise<Row[]> => {
    const { session } = await signedIn(new StubApi())
    const samples = await inTurns(
      { empty: async () => 'token', token: () => session.getAccessToken() },
      { rounds: 25, count: 50_000 },
    )
    const [empty, token] = [samples.of('empty'), samples.of('token')]
    const beyond = token.map((own, round) => own - (empty[round] ?? 0))
    return [
      { name: 'an empty asynchronous call', unit: 'µs', samples: empty },
      { name: 'getAccessToken()', unit: 'µs', samples: token },
      { name: 'getAccessToken() beyond that', unit: 'µs', samples: beyond, limit: LIMIT_US },
    ]
  },
}
