import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import {
  isLatchkeyError,
  NoSessionError,
  SaferMeClient,
  type SaferMeClientOptions,
  type SaferMeCredentials,
  SessionPool,
  type TokenStorage,
} from 'latchkey'

/** The browser refuses a cookie of such a name unless it is this host's alone and came encrypted, or from loopback. */
const COOKIE = '__Host-id'
const ATTRIBUTES = 'Path=/; HttpOnly; Secure; SameSite=Strict'
const LONGEST_BODY = 10_000

export interface ServiceOptions extends Pick<SaferMeClientOptions, 'baseUrl' | 'clock'> {
  /** Where the tokens of all users are. No token ever gets to a browser. */
  readonly storage: TokenStorage
}

interface Answer {
  readonly status: number
  readonly body?: string
  /** The id that the browser is to keep; `null`: it is to forget its own. */
  readonly id?: string | null
}

/** A service that calls SaferMe for its users. Their browsers have an opaque id in a cookie, and nothing else. */
export function service({ storage, ...options }: ServiceOptions): { server: Server; close(): Promise<void> } {
  const pool = new SessionPool({
    storage,
    client: (_, storage) => new SaferMeClient({ ...options, storage }),
  })

  const routes: Readonly<Record<string, (request: IncomingMessage) => Promise<Answer>>> = {
    'POST /sign-in': async (request) => {
      // A new one for each sign-in: an id that somebody has planted in a browser never becomes a session.
      const id = randomUUID()
      const credentials = await readJson<SaferMeCredentials>(request)
      await pool.use(id, (saferme) => saferme.createSession(credentials))
      return { status: 204, id }
    },
    'GET /reports': async (request) =>
      pool.use(idOf(request), async (saferme) => {
        const response = await saferme.fetch('/api/v4/reports')
        return { status: response.status, body: await response.text() }
      }),
    'POST /sign-out': async (request) => {
      await pool.use(idOf(request), (saferme) => saferme.session.end())
      return { status: 204, id: null }
    },
  }

  const server = createServer(async (request, response) => {
    const route = routes[`${request.method} ${request.url}`]
    const { status, body, id }: Answer = route ? await route(request).catch(refusal) : { status: 404 }
    if (id !== undefined) response.setHeader('Set-Cookie', cookieOf(id))
    // A connection that is kept for more requests would hold the shutdown up.
    response.shouldKeepAlive &&= server.listening
    response.writeHead(status, { 'Cache-Control': 'no-store', 'Content-Type': 'application/json' }).end(body)
  })

  return {
    server,
    /** First the requests that are under way, then the sessions: a refresh that was sent is waited for. */
    close: async () => {
      await new Promise((resolve) => server.close(resolve))
      await pool.close()
    },
  }
}

/** What of an error is the caller's business. */
function refusal(error: unknown): Answer {
  if (!isLatchkeyError(error)) return { status: 500 }
  switch (error.code) {
    case 'no_session':
    case 'session_ended':
      return { status: 401, id: null }
    case 'request_validation':
      return { status: 422 }
    case 'saferme_api':
      return { status: error.status }
    default:
      return { status: 503 }
  }
}

/** The id in the cookie. One that a browser has made up leads to an empty place in the storage. */
function idOf({ headers }: IncomingMessage): string {
  const [, id] = new RegExp(`(?:^|; )${COOKIE}=([0-9a-f-]{36})(?:;|$)`).exec(headers.cookie ?? '') ?? []
  if (!id) throw new NoSessionError()
  return id
}

function cookieOf(id: string | null): string {
  return id === null ? `${COOKIE}=; Max-Age=0; ${ATTRIBUTES}` : `${COOKIE}=${id}; ${ATTRIBUTES}`
}

/** The body as JSON. One that is not is checked like any other, and refused. */
async function readJson<T>(request: IncomingMessage): Promise<T> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > LONGEST_BODY) break
  }
  try {
    return JSON.parse(text) as T
  } catch {
    return undefined as T
  }
}
