import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** A server on a real port that answers with bytes, whatever HTTP thinks of them. */
export interface RawServer extends AsyncDisposable {
  readonly url: string
  /** How many requests came. */
  readonly requests: string[]
}

/** @param answer what goes out for each request; the connection stays open unless it ends the socket */
export async function rawServer(answer: (socket: Socket, request: string) => void): Promise<RawServer> {
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (data) => {
      requests.push(data.toString())
      answer(socket, data.toString())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

export const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'
