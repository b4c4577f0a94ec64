import type { Socket } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { NetworkError, SaferMeClient } from '../../src/index.ts'
import { fakeSaferMe } from '../../src/testing/index.ts'
import { HEAD, rawServer } from './raw-server.ts'

const credentials = { email: 'ada@example.com', password: 'correct horse' }
const TOKENS = '"access_token":"smt_SECRET-ACCESS","refresh_token":"SECRET-REFRESH"'

async function serving(answer: (socket: Socket, request: string) => void, options = {}) {
  const server = await rawServer(answer)
  const client = new SaferMeClient({ baseUrl: server.url, retry: false, ...options })
  const failure = () =>
    client.createSession(credentials).then(
      () => expect.unreachable(),
      (error: unknown) => error,
    )
  return { server, client, failure }
}

describe('over a real socket', () => {
  it('a session lives its whole life', async () => {
    const fake = fakeSaferMe()
    const { url, close } = await fake.listen()
    const client = new SaferMeClient({ baseUrl: url })
    await client.createSession(credentials)
    expect(await (await client.fetch('/api/v4/things?q=1')).json()).toMatchObject({
      path: '/api/v4/things?q=1',
    })
    await client.refreshSession()
    expect(await client.getSession()).toMatchObject({ branded_app_id: 1 })
    await client.deleteSession()
    expect(fake.sessions).toEqual([])
    await close()
  })

  it.each([
    ['is refused', (socket: Socket) => void socket.destroy()],
    ['ends before a status', (socket: Socket) => void socket.end('HTTP/1.1 ')],
    [
      'breaks in the middle of a body',
      (socket: Socket) => void socket.end(`${HEAD}content-length: 900\r\n\r\n{"ses`),
    ],
    [
      'breaks between two chunks',
      (socket: Socket) => void socket.end(`${HEAD}transfer-encoding: chunked\r\n\r\n3\r\n{"a\r\n`),
    ],
    ['brings something else than HTTP', (socket: Socket) => void socket.end('220 smtp.test ESMTP\r\n')],
  ])('a connection that %s is a NetworkError, and the next call works', async (_, answer) => {
    let broken = true
    const { server, failure } = await serving((socket) => {
      if (broken) return answer(socket)
      socket.end(`${HEAD}content-length: 2\r\n\r\n{}`)
    })
    await using _server = server
    const error = await failure()
    expect(error).toBeInstanceOf(NetworkError)
    expect((error as Error).cause).toBeInstanceOf(TypeError)
    broken = false
    expect(await failure()).toMatchObject({ code: 'response_validation' })
  })

  it('bytes that are not HTTP stay out of the error, whatever tokens they hold', async () => {
    for (const bytes of [
      `HTTP/1.1 200 OK\r\nbad header ${TOKENS}\r\n\r\n`,
      `${HEAD}transfer-encoding: chunked\r\n\r\nzz${TOKENS}\r\n`,
      `HTTP/1.1 200 OK\r\ncontent-length: x${TOKENS}\r\n\r\n`,
      `{"session":{${TOKENS}}}`,
    ]) {
      const { server, failure } = await serving((socket) => void socket.end(bytes))
      await using _server = server
      const error = await failure()
      expect(error).toBeInstanceOf(NetworkError)
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('SECRET')
      expect((error as Error).cause).toBeInstanceOf(TypeError)
    }
  })

  it('a redirect of a session operation is an error: credentials do not follow it', async () => {
    await using elsewhere = await rawServer((socket) => void socket.end(`${HEAD}content-length: 2\r\n\r\n{}`))
    const { server, failure } = await serving(
      (socket) =>
        void socket.end(`HTTP/1.1 307 Moved\r\nlocation: ${elsewhere.url}/\r\ncontent-length: 0\r\n\r\n`),
    )
    await using _server = server
    expect(await failure()).toMatchObject({ code: 'network' })
    expect([server.requests.length, elsewhere.requests.length]).toEqual([1, 0])
  })

  it('a redirect of client.fetch to another origin does not take the token there', async () => {
    await using elsewhere = await rawServer((socket) => void socket.end(`${HEAD}content-length: 2\r\n\r\n{}`))
    const { server, client } = await serving(
      (socket) =>
        void socket.end(`HTTP/1.1 302 Moved\r\nlocation: ${elsewhere.url}/\r\ncontent-length: 0\r\n\r\n`),
    )
    await using _server = server
    await client.session.adopt({ accessToken: 'SECRET-ACCESS' })
    expect((await client.fetch('/x')).status).toBe(200)
    expect(server.requests[0]).toContain('SECRET-ACCESS')
    expect(elsewhere.requests).toHaveLength(1)
    expect(elsewhere.requests[0]).not.toContain('SECRET-ACCESS')
  })

  it('a server that never answers is left in time, and its connection closed', async () => {
    const closed = vi.fn()
    const { server, failure } = await serving((socket) => void socket.on('close', closed), {
      timeout: { attempt: 50 },
    })
    await using _server = server
    expect(await failure()).toMatchObject({ code: 'timeout' })
    await vi.waitFor(() => expect(closed).toHaveBeenCalled())
  })

  it('a body that never ends is left in time, and its connection closed', async () => {
    const closed = vi.fn()
    const answer = (socket: Socket) => {
      socket.on('close', closed)
      socket.write(`${HEAD}content-length: 900\r\n\r\n{"session":`)
    }
    const { server, failure } = await serving(answer, { timeout: { attempt: 100 } })
    await using _server = server
    expect(await failure()).toMatchObject({ code: 'timeout' })
    await vi.waitFor(() => expect(closed).toHaveBeenCalled())
  })

  it('a body of 50 MB is not read to its end', async () => {
    let written = 0
    const answer = (socket: Socket) => {
      const chunk = Buffer.alloc(1024 * 1024, 0x20)
      const more = (): void => {
        while (!socket.destroyed && written < 50) {
          written++
          if (!socket.write(chunk)) return void socket.once('drain', more)
        }
      }
      socket.write(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n`)
      more()
    }
    const { server, failure } = await serving(answer)
    await using _server = server
    expect(await failure()).toMatchObject({ code: 'response_validation' })
    expect(written).toBeLessThan(30)
  })
})
