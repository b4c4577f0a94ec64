import { createClient } from 'redis'
import { buildApp } from './app.ts'

const { REDIS_URL, SAFERME_URL, PORT = '3000', HOST = '127.0.0.1' } = process.env

const redis = createClient(REDIS_URL ? { url: REDIS_URL } : {})
redis.on('error', ({ message }: Error) => console.error(`Redis: ${message}`))
await redis.connect()

const app = await buildApp({ redis, baseUrl: SAFERME_URL })
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    console.log(`${signal}: finishing what has begun`)
    await app.close()
    console.log('Closed; no session was lost.')
  })
}
console.log(`Serving on ${await app.listen({ port: Number(PORT), host: HOST })}`)
