import { memoryStorage, type TokenStorage } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { claimsOf, failureOf, world } from './client-setup.ts'

const carried = (sent: { headers: Headers }[]) => sent.map(({ headers }) => headers.get('authorization'))

/** A storage of which any part can be broken, and which can be cleared. */
function fragile(reach: TokenStorage['reach'] = 'client') {
  const broken = { read: false, replace: false, exclusive: false }
  let inner = memoryStorage()
  const fail = (part: keyof typeof broken): void => {
    if (broken[part]) throw new DOMException('no', 'QuotaExceededError')
  }
  const storage: TokenStorage = {
    reach,
    read: async (key) => {
      fail('read')
      return inner.read(key)
    },
    replace: async (key, expected, next) => {
      fail('replace')
      return inner.replace(key, expected, next)
    },
    exclusive: async (key, task, options) => {
      fail('exclusive')
      return inner.exclusive(key, task, options)
    },
  }
  const clear = (): void => {
    inner = memoryStorage()
  }
  return { storage, broken, clear }
}

describe('a storage that fails costs nobody the client token', () => {
  const parts = [['read'], ['replace'], ['exclusive'], ['read', 'replace', 'exclusive']] as const
  it.each(parts)('%s from the start', async (...which) => {
    const { storage, broken } = fragile()
    for (const part of which) if (part) broken[part] = true
    const { client, until, server, sent } = world({ rotate: true }, { storage })
    await until(Promise.all([client.getClient(), client.getClient(), client.getClient()]))
    expect(await until(client.getToken())).toMatch(/^ey/)
    for (let round = 0; round < 3; round++) await until(client.getClient())
    expect(carried(sent).filter((token) => token === '')).toHaveLength(1)
    expect(server.clients).toHaveLength(1)
    expect(new Set(carried(sent)).size).toBeGreaterThan(4)
  })

  it.each(parts)('%s for a while', async (...which) => {
    const { storage, broken } = fragile()
    const { client, until, server, sent, clock } = world({ rotate: true, rotationGraceMs: 1000 }, { storage })
    await until(client.getClient())
    for (const part of which) if (part) broken[part] = true
    for (let round = 0; round < 3; round++) {
      await until(client.getClient())
      await clock.advance(5000)
    }
    for (const part of which) if (part) broken[part] = false
    for (let round = 0; round < 3; round++) {
      await until(client.getClient())
      await clock.advance(5000)
    }
    expect(carried(sent).filter((token) => token === '')).toHaveLength(1)
    expect(server.requests.every(({ status }) => status === 200)).toBe(true)
  })

  it('cleared while the program runs', async () => {
    const { storage, clear } = fragile()
    const { client, until, open, sent } = world({ rotate: true }, { storage })
    await until(client.getClient())
    clear()
    await until(client.getClient())
    await until(client.getClient())
    await until(open().getClient())
    expect(carried(sent).filter((token) => token === '')).toHaveLength(1)
  })

  it('cleared after an organization was left: no tab goes back to it', async () => {
    const { storage, clear } = fragile()
    const { client, until, open, id } = world({}, { storage })
    const other = open()
    await until(other.getToken({ sessionId: id }))
    await until(client.touchSession(id, { active_organization_id: 'acme' }))
    clear()
    await until(client.getToken({ sessionId: id }))
    expect(claimsOf(await until(other.getToken({ sessionId: id }))).org_id).toBe('org_1')
  })

  it('cleared, and its token made anew by another tab: a call that is refused goes on with that one', async () => {
    const { storage, clear } = fragile()
    const { client, until, open, clock, server, id } = world({}, { storage })
    const other = open()
    await until(client.getClient())
    await until(other.getToken())
    await clock.advance(2000)
    clear()
    const made = await until(client.getToken({ sessionId: id }))
    server.fault('api', { kind: 'status', status: 401, body: {} })
    expect((await until(other.fetch('/reports'))).status).toBe(200)
    expect(server.requests.at(-1)?.headers.get('authorization')).toBe(`Bearer ${made}`)
  })

  it('garbage in it', async () => {
    const { storage } = fragile()
    const { until, open, sent } = world({}, { storage })
    await storage.replace('latchkey clerk https://clerk.test/v1 native', null, '{"v":2')
    const client = open()
    await until(client.getClient())
    await until(open().getClient())
    expect(carried(sent)[0]).toBe('')
    expect(carried(sent)[1]).toMatch(/^ey/)
  })

  it('one that never answers holds up no operation for long', async () => {
    const never = new Promise<never>(() => {})
    const storage: TokenStorage = {
      reach: 'origin',
      read: () => never,
      replace: () => never,
      exclusive: (_, task) => task(new AbortController().signal),
    }
    const { client, until, clock, id } = world({ ambientCookie: true }, { storage, mode: 'browser' })
    const began = clock.now()
    expect((await until(client.getSession(id))).id).toBe(id)
    expect((await until(client.createSessionToken(id))).jwt).toMatch(/^ey/)
    expect(clock.now() - began).toBeLessThan(10_000)
  })

  it('a shared one that fails later still lets operations be answered', async () => {
    const { storage, broken } = fragile('fleet')
    const { client, until, server, id } = world({ lastActiveTokens: true }, { storage })
    await until(client.getClient())
    broken.read = broken.replace = broken.exclusive = true
    expect((await until(client.getSession(id))).id).toBe(id)
    expect((await until(client.endSession(id))).status).toBe('ended')
    expect(await until(failureOf(client.getSession('sess_9')))).toMatchObject({ status: 404 })
    expect(server.clients).toHaveLength(1)
  })

  it('a shared one that fails from the start still lets tokens be had', async () => {
    const { storage, broken } = fragile('fleet')
    broken.read = broken.replace = broken.exclusive = true
    const { client, until } = world({}, { storage })
    await until(client.getClient())
    expect(await until(client.getToken())).toMatch(/^ey/)
  })
})
