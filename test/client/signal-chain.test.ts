import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { SaferMeClient } from '../../src/index.ts'
import { rawServer } from '../http/raw-server.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('a signal that came with a Request', () => {
  it('still stops it after a garbage collection: platforms follow a signal weakly', async () => {
    await using server = await rawServer(() => {})
    const client = new SaferMeClient({ baseUrl: server.url })
    await client.session.adopt({ accessToken: 'x' })
    const stopped = new AbortController()
    const fetched = client.fetch(
      new Request(`${server.url}/x`, { method: 'POST', body: 'x', signal: stopped.signal }),
    )
    fetched.catch(() => {})
    while (server.requests.length === 0) await turn()
    for (let round = 0; round < 5; round++) {
      collectGarbage()
      await turn()
    }
    stopped.abort('enough')
    await expect(fetched).rejects.toBe('enough')
  }, 2000)
})
