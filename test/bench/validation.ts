import { getSession } from '../../src/apis/saferme/endpoints.ts'
import { Answer } from '../../src/http/answer.ts'
import type { Group, Row } from './row.ts'
import { inTurns } from './sample.ts'
import { signedIn } from './signed-in.ts'
import { StubApi } from './stub-api.ts'

/** The share of an operation that checking its answer may take, in per cent. */
const LIMIT = 5

export const group: Group = {
  title: 'Validation',
  about:
    'The schema check of an answer, as a share of the whole operation over the stub: the median of the rounds’ shares.',
  measure: async (): Promise<Row[]> => {
    const api = new StubApi()
    const client = await signedIn(api)
    const response = await api.fetch(StubApi.SESSION, {
      headers: { authorization: `Token token=${api.tokens.accessToken}` },
    })
    const body = { json: await response.json(), parsed: true, foreign: false }
    const answer = new Answer('getSession', response, body, undefined)
    const samples = await inTurns(
      { whole: () => client.getSession(), check: async () => getSession.read(answer) },
      { rounds: 25, count: 500 },
    )
    const [whole, check] = [samples.of('whole'), samples.of('check')]
    const share = check.map((own, round) => (100 * own) / (whole[round] ?? Number.NaN))
    return [
      { name: 'an operation', unit: 'µs', samples: whole },
      { name: 'the check of its answer', unit: 'µs', samples: check },
      { name: 'share', unit: '%', samples: share, limit: LIMIT },
    ]
  },
}
