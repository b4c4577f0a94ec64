import type { Fetch } from '../support/fetch.ts'

/** A fake server on a real port. */
export interface ListeningServer {
  /** Its origin, such as `http://127.0.0.1:49152`. */
  readonly url: string
  /** Closes the port and every connection, and resolves when all are closed. */
  close(): Promise<void>
}

interface Incoming extends AsyncIterable<string> {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly socket: { destroy(): void }
  setEncoding(encoding: 'utf8'): void
}

interface Outgoing {
  sendDate: boolean
  on(event: 'close', listener: () => void): void
  writeHead(status: number, headers: readonly string[]): void
  end(body: string): void
}

interface HttpServer {
  once(event: 'error', listener: (error: Error) => void): void
  listen(port: number, host: string, listening: () => void): void
  address(): { readonly port: number }
  close(closed: () => void): void
  closeAllConnections(): void
}

interface NodeHttp {
  createServer(serve: (incoming: Incoming, outgoing: Outgoing) => void): HttpServer
}

/**
 * Serves `fetch` on 127.0.0.1. A request whose `fetch` rejects loses its connection; one whose connection is lost
 * has its signal aborted.
 *
 * @param port 0 for any that is free
 */
export async function listen(fetch: Fetch, port: number): Promise<ListeningServer> {
  const server = nodeHttp().createServer((incoming, outgoing) => void serve(fetch, incoming, outgoing))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Asked of the process and not imported, so that nothing of Node's enters a bundle for browser tests. */
function nodeHttp(): NodeHttp {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  const http = process?.getBuiltinModule?.('node:http')
  if (!http) throw new Error('A fake server can listen in Node 22.3 and later only')
  return http as NodeHttp
}

async function serve(fetch: Fetch, incoming: Incoming, outgoing: Outgoing): Promise<void> {
  const gone = new AbortController()
  outgoing.on('close', () => gone.abort())
  try {
    incoming.setEncoding('utf8')
    let body = ''
    for await (const chunk of incoming) body += chunk
    const response = await fetch(`http://127.0.0.1${incoming.url}`, {
      method: incoming.method,
      headers: incoming.headers as Record<string, string>,
      body: body === '' ? null : body,
      redirect: 'manual',
      signal: gone.signal,
    })
    const text = await response.text()
    outgoing.sendDate = false
    outgoing.writeHead(response.status, [...response.headers].flat())
    outgoing.end(text)
  } catch {
    incoming.socket.destroy()
  }
}
