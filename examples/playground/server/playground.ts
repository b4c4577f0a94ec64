import type { IncomingMessage, ServerResponse } from 'node:http'
import { CONTROL_PATH, type Order } from '../control.ts'
import type { PageFiles } from './build-page.ts'
import { contentSecurityPolicy, REPORT_PATH } from './content-security-policy.ts'
import { ControlDesk } from './control-desk.ts'
import type { Fakes } from './fakes.ts'
import { bodyOf, serve } from './http-server.ts'

/** A playground that runs. */
export interface Playground {
  readonly url: string
  /** The servers behind it, and where they are. */
  readonly fakes: Fakes
  readonly origins: readonly string[]
  /** What browsers said that the policy has stopped. */
  readonly violations: readonly string[]
  close(): Promise<void>
}

/** Options of {@link startPlayground}. */
export interface PlaygroundOptions {
  readonly files: PageFiles
  /** How long access tokens live, in milliseconds. Default: 20,000. */
  readonly tokenLifeMs?: number
}

/** Starts the four servers and the page's own, each on a free port of 127.0.0.1. */
export async function startPlayground({
  files,
  tokenLifeMs = 20_000,
}: PlaygroundOptions): Promise<Playground> {
  const violations: string[] = []
  let desk: ControlDesk | undefined

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, url: path = '/' } = request
    if (!desk) return void response.writeHead(503).end()
    if (path === REPORT_PATH) {
      violations.push(await bodyOf(request))
      return void response.writeHead(204).end()
    }
    if (path === CONTROL_PATH) {
      // A type that no other site can send here: its preflight is not granted.
      const order = method === 'POST' && request.headers['content-type'] === 'application/json'
      if (order && !desk.follow(orderIn(await bodyOf(request)))) return void response.writeHead(400).end()
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      return void response.end(JSON.stringify(desk.state))
    }
    const file = files.get(path)
    if (!file) return void response.writeHead(404).end()
    response.writeHead(200, {
      'content-type': file.contentType,
      'cache-control': 'no-store',
      'content-security-policy': contentSecurityPolicy(desk.origins),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      // Clerk knows a browser by a cookie; ports of one host share theirs.
      ...(path === '/' && {
        'set-cookie': `__client=${desk.fakes.clerk.clientToken()}; Path=/; HttpOnly; SameSite=Lax`,
      }),
    })
    response.end(file.body)
  }

  const page = await serve(handle)
  const opened = await ControlDesk.open(tokenLifeMs, page.url)
  desk = opened
  return {
    url: page.url,
    fakes: opened.fakes,
    origins: opened.origins,
    violations,
    close: async () => {
      await Promise.all([page.close(), opened.close()])
    },
  }
}

function orderIn(body: string): Partial<Order> {
  try {
    return Object(JSON.parse(body)) as Partial<Order>
  } catch {
    return {}
  }
}
