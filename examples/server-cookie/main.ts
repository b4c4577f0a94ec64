import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { memoryStorage, redisStorage } from 'latchkey'
import { fakeSaferMe } from 'latchkey/testing'
import { createClient } from 'redis'
import { service } from './service.ts'

const { REDIS_URL, PORT = 3000 } = process.env
/** As long as a refresh token is good: an id that lay idle for longer is worth nothing. */
const IDLE_MS = 30 * 24 * 3_600_000

const redis = REDIS_URL ? createClient({ url: REDIS_URL }) : undefined
redis?.on('error', ({ message }: Error) => console.error(`Redis: ${message}`))
await redis?.connect()

/** Stands in for https://api.safer.me: `ada@example.com` signs in with `correct horse`. */
const saferme = await fakeSaferMe({ tokenLifeMs: 60_000 }).listen()
const storage = redis ? redisStorage(redis, { timeToLiveMs: IDLE_MS }) : memoryStorage()
const { server, close } = service({ baseUrl: saferme.url, storage })
server.listen(Number(PORT), '127.0.0.1')
await once(server, 'listening')
console.log(`Serving on http://127.0.0.1:${(server.address() as AddressInfo).port}`)

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await close()
    await redis?.close()
    await saferme.close()
    console.log('Closed; no session was lost.')
  })
}
