import { randomUUID } from 'node:crypto'
import cookies, { type CookieSerializeOptions } from '@fastify/cookie'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify'
import {
  isLatchkeyError,
  NoSessionError,
  redisStorage,
  SaferMeClient,
  type SaferMeCredentials,
  SessionPool,
} from 'latchkey'
import type { RedisClientType } from 'redis'

/** A browser refuses a cookie of such a name unless it is this host's alone, and came encrypted or from loopback. */
const COOKIE = '__Host-id'
const ATTRIBUTES: CookieSerializeOptions = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' }
/** As long as a refresh token is good: an id that lay idle for longer is worth nothing. */
const IDLE_MS = 30 * 24 * 3_600_000

const CREDENTIALS = {
  type: 'object',
  required: ['email', 'password'],
  properties: { email: { type: 'string' }, password: { type: 'string' } },
}

export interface AppOptions {
  /** Where the tokens of all users are, for every process of the service. The app's to close, once it is built. */
  readonly redis: Pick<RedisClientType, 'eval' | 'close'>
  /** SaferMe's own, unless it is given. */
  readonly baseUrl: string | undefined
}

/** A service that calls SaferMe for its users. Each of their browsers has an opaque id in a cookie, and nothing else. */
export async function buildApp({ redis, baseUrl }: AppOptions): Promise<FastifyInstance> {
  const pool = new SessionPool({
    storage: redisStorage(redis, { timeToLiveMs: IDLE_MS }),
    client: (_, storage) => new SaferMeClient({ storage, ...(baseUrl && { baseUrl }) }),
  })
  const app = Fastify()
  await app.register(cookies)

  app.post<{ Body: SaferMeCredentials }>(
    '/sign-in',
    { schema: { body: CREDENTIALS } },
    async (request, reply) => {
      // A new one for each sign-in: an id that somebody has planted in a browser never becomes a session.
      const id = randomUUID()
      await pool.use(id, (saferme) => saferme.createSession(request.body))
      return reply.setCookie(COOKIE, id, ATTRIBUTES).code(204).send()
    },
  )

  app.get('/reports', (request, reply) =>
    pool.use(idOf(request), async (saferme) => {
      const response = await saferme.fetch('/api/v4/reports')
      return reply
        .code(response.status)
        .type('application/json')
        .send(await response.text())
    }),
  )

  app.post('/sign-out', async (request, reply) => {
    await pool.use(idOf(request), (saferme) => saferme.session.end())
    return reply.clearCookie(COOKIE, ATTRIBUTES).code(204).send()
  })

  app.setErrorHandler<FastifyError>((error, _, reply) => {
    const status = statusOf(error)
    if (status === 401) reply.clearCookie(COOKIE, ATTRIBUTES)
    return reply.code(status).send({ error: status < 500 ? error.message : 'Please try again' })
  })

  // A connection that is kept for more requests would hold the shutdown up.
  app.addHook('onSend', async (_, reply) => {
    if (!app.server.listening) reply.header('connection', 'close')
  })

  // Runs once the port is closed and the requests that were under way have been answered.
  app.addHook('onClose', async () => {
    await pool.close()
    await redis.close()
  })
  return app
}

/** What of an error is the caller's business. */
function statusOf(error: FastifyError): number {
  if (!isLatchkeyError(error)) return error.statusCode ?? 500
  switch (error.code) {
    case 'no_session':
    case 'session_ended':
      return 401
    case 'saferme_api':
      return error.status
    default:
      return 503
  }
}

/** The id in the cookie. One that a browser has made up leads to an empty place in the storage. */
function idOf({ cookies }: FastifyRequest): string {
  const id = cookies[COOKIE]
  if (!id) throw new NoSessionError()
  return id
}
