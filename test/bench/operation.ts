import { load, RIVALS, type RivalFile } from './rival.ts'
import type { Group, Row } from './row.ts'
import { type Cases, inTurns } from './sample.ts'
import { signedIn } from './signed-in.ts'
import { StubApi } from './stub-api.ts'

const OWN = 'Latchkey: getSession()'

export const group: Group = {
  title: 'An operation with a fresh token',
  chart: 'An operation with a fresh token, µs',
  about:
    'The same answer from the same stub: what each program spends on asking for its token, sending, and reading the answer. ky and Latchkey check it against a schema; the others hand out what they parsed.',
  measure: async (): Promise<Row[]> => {
    const api = new StubApi()
    const client = await signedIn(api)
    const cases: Record<string, Cases[string]> = { [OWN]: () => client.getSession() }
    for (const file of Object.keys(RIVALS) as RivalFile[]) {
      cases[RIVALS[file]] = await (await load(file))(api, api.tokens)
    }
    const samples = await inTurns(cases, { rounds: 25, count: 300 })
    return Object.keys(cases).map((name) => ({
      name,
      unit: 'µs',
      samples: samples.of(name),
      bar: name,
      ...(name === OWN && { against: RIVALS['ky.ts'], within: 1.25, below: [RIVALS['axios.ts']] }),
    }))
  },
}
