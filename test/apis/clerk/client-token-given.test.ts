import {
  ClerkClient,
  type ClerkClientOptions,
  ConfigurationError,
  memoryStorage,
  type TokenStorage,
} from 'latchkey'
import { describe, expect, it } from 'vitest'
import { failureOf, world } from './client-setup.ts'

const carried = (sent: { headers: Headers }[]) => sent.map(({ headers }) => headers.get('authorization'))

describe('a client token that was obtained elsewhere', () => {
  it('goes with the first request, as it was received, and no client is begun', async () => {
    const { open, until, server, sent, id } = world({ rotate: true, clientTokenPrefix: 'Bearer ' })
    const clientToken = `Bearer ${server.clientToken()}`
    const client = open({ clientToken })
    expect((await until(client.getSession(id))).id).toBe(id)
    await until(client.getClient())
    expect(carried(sent)[0]).toBe(clientToken)
    expect(carried(sent)[1]).toMatch(/^Bearer ey/)
    expect(new Set(carried(sent)).size).toBe(2)
    expect(server.clients).toHaveLength(1)
  })

  it('given again at the next start, stands for what it has become', async () => {
    const { open, until, server, sent, clock } = world({ rotate: true, rotationGraceMs: 0 })
    const [clientToken, storage] = [server.clientToken(), memoryStorage()]
    for (let start = 0; start < 3; start++) {
      const client = open({ clientToken, storage })
      await until(client.getClient())
      await until(client.getClient())
      await clock.advance(1000)
    }
    expect(server.requests.every(({ status }) => status === 200)).toBe(true)
    expect(new Set(carried(sent)).size).toBe(6)
    await until(open({ storage }).getClient())
    await until(open({ clientToken, storage }).getClient())
    expect(server.requests.every(({ status }) => status === 200)).toBe(true)
  })

  it('takes the place of a stored one: another user’s, or one that was forgotten', async () => {
    for (const forgets of [true, false]) {
      const { open, until, server } = world()
      const storage = memoryStorage()
      await until(open({ storage }).getClient())
      if (forgets) {
        server.forgetClient()
        await until(failureOf(open({ storage }).getClient()))
      }
      const other = server.addClient()
      const client = open({ storage, clientToken: server.clientToken(other) })
      expect((await until(client.getClient()))?.id).toBe(other)
      expect((await until(open({ storage }).getClient()))?.id).toBe(other)
    }
  })

  it('is used where the storage does not answer, and rotates in memory', async () => {
    const storage: TokenStorage = {
      reach: 'client',
      read: () => Promise.reject(new Error('no')),
      replace: () => Promise.reject(new Error('no')),
      exclusive: (_, task) => task(new AbortController().signal),
    }
    const { open, until, server, sent } = world({ rotate: true })
    const client = open({ storage, clientToken: server.clientToken() })
    for (let round = 0; round < 3; round++) await until(client.getClient())
    expect(new Set(carried(sent)).size).toBe(3)
    expect(carried(sent)).not.toContain('')
  })

  it('in development is the dev browser token', async () => {
    const first = world({ instance: 'development' }, { mode: 'development' })
    await first.until(first.client.getClient())
    const clientToken = first.sent.at(-1)?.url.searchParams.get('__clerk_db_jwt') ?? ''
    await first.until(first.open({ clientToken }).getClient())
    expect(first.server.count('createDevBrowser')).toBe(1)
    expect(first.sent.at(-1)?.url.searchParams.get('__clerk_db_jwt')).toBe(clientToken)
  })

  it.each([
    { clientToken: '' },
    { clientToken: 'a\nb' },
    { clientToken: ' x' },
    { clientToken: 'ey.x.y', mode: 'browser' },
  ] as Partial<ClerkClientOptions>[])('%j is refused at once', (options) => {
    const { sent, open } = world()
    expect(() => open(options)).toThrow(ConfigurationError)
    expect(() => new ClerkClient({ frontendApi: 'clerk.test', ...options } as ClerkClientOptions)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('ey.x.y') }),
    )
    expect(sent).toEqual([])
  })
})
