import { type ClerkClient, type EndReason, memoryStorage, type TokenStorage } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { world } from './client-setup.ts'

/** What `ended` events of a client's session say. */
function endsOf({ session }: ClerkClient): EndReason[] {
  const reasons: EndReason[] = []
  session.on('ended', ({ reason }) => reasons.push(reason))
  return reasons
}

describe('a user whose session is over is told why', () => {
  it.each([
    ['revoked', 'revoked'],
    ['expired', 'expired'],
    ['abandoned', 'expired'],
    ['replaced', 'superseded'],
    ['ended', 'elsewhere'],
    ['removed', 'elsewhere'],
  ] as const)('%s on the server: %s', async (status, reason) => {
    const { client, until, server, id } = world()
    const reasons = endsOf(client)
    await until(client.getClient())
    server.setStatus(id, status)
    await until(client.getClient())
    expect(client.session.snapshot()).toEqual({ status: 'ended', reason })
    expect(reasons).toEqual([reason])
  })

  it.each([true, false])('revoked, as a refused token tells (client rides along: %s)', async (piggyback) => {
    const { client, until, server, id } = world()
    await until(client.getClient())
    server.settings.piggyback = piggyback
    server.revoke(id)
    await until(client.getToken().catch(() => {}))
    if (!piggyback) await until(client.getSession(id))
    expect(client.session.snapshot()).toEqual({ status: 'ended', reason: 'revoked' })
  })

  describe.each([true, false])('the client rides along: %s', (piggyback) => {
    it.each(['endSession', 'removeSession', 'removeSessions'] as const)('%s of their own', async (end) => {
      const { client, until, server, id } = world()
      const reasons = endsOf(client)
      await until(client.getClient())
      server.settings.piggyback = piggyback
      await until<unknown>(end === 'removeSessions' ? client.removeSessions() : client[end](id))
      expect(client.session.snapshot()).toEqual({ status: 'ended', reason: 'deleted' })
      expect(reasons).toEqual(['deleted'])
      await until(client.getClient())
      expect(client.session.snapshot()).toEqual({ status: 'ended', reason: 'deleted' })
    })
  })

  it('an answer about the session alone brings the client up to date, and an old one does not', async () => {
    const { client, until, server, clock, id } = world({ piggyback: false })
    await until(client.getClient())
    server.fault('getSession', { kind: 'delay', ms: 5000 })
    const late = client.getSession(id)
    await clock.advance(1000)
    await until(client.touchSession(id, { active_organization_id: 'acme' }))
    expect(client.client?.sessions[0]?.last_active_organization_id).toBe('org_1')
    expect(client.client?.sessions[0]).not.toHaveProperty('last_active_token')
    const known = client.client
    server.fault('getSession', {
      kind: 'patch',
      patch: (json) => {
        const { response, ...rest } = json as { response: { updated_at: number } }
        return { ...rest, response: { ...response, status: 'revoked', updated_at: response.updated_at - 1 } }
      },
    })
    await until(late)
    await until(client.getSession(id))
    expect(client.client).toBe(known)
    expect(client.session.snapshot().status).toBe('active')
  })
})

describe('tabs that share a storage', () => {
  const tabs = (wrapped = (storage: TokenStorage) => storage) => {
    const made = world()
    const storage = memoryStorage({ clock: made.clock })
    return { ...made, tab: () => made.open({ storage: wrapped(storage) }) }
  }
  const ways = {
    endSession: (tab: ClerkClient, id: string) => tab.endSession(id),
    removeSession: (tab: ClerkClient, id: string) => tab.removeSession(id),
    removeSessions: (tab: ClerkClient) => tab.removeSessions(),
    'session.end': (tab: ClerkClient) => tab.session.end(),
  }

  it.each(Object.entries(ways))('one that shows the user hears of another’s %s at once', async (_, end) => {
    for (const tokens of [[], [0], [1], [0, 1]]) {
      const { tab, until, server, clock, id } = tabs()
      const both = [tab(), tab()] as const
      for (const one of both) one.session.subscribe(() => {})
      await clock.advance(100)
      for (const n of tokens) await until((both[n] as ClerkClient).getToken())
      const asked = server.count('getClient')
      await until<unknown>(end(both[0], id))
      await clock.advance(100)
      expect(both.map(({ session }) => session.snapshot())).toEqual([
        { status: 'ended', reason: 'deleted' },
        { status: 'ended', reason: 'elsewhere' },
      ])
      // `end` drops the tokens before the server is told, and once more after.
      expect(server.count('getClient') - asked).toBeLessThanOrEqual(2)
      expect(server.requests.at(-1)?.operation).toBe('getClient')
    }
  })

  it('one that shows the user hears that another has changed the organization', async () => {
    const { tab, until, server, clock, id } = tabs()
    const [one, two] = [tab(), tab()]
    two.session.subscribe(() => {})
    await clock.advance(100)
    await until(one.touchSession(id, { active_organization_id: 'acme' }))
    await clock.advance(100)
    expect(two.client?.sessions[0]?.last_active_organization_id).toBe('org_1')
    expect(server.count('getClient')).toBe(2)
  })

  it('one that shows nobody asks for nothing, and neither does the one that did it', async () => {
    const { tab, until, server, clock, id } = tabs()
    const [one, two] = [tab(), tab()]
    const stop = two.session.subscribe(() => {})
    one.session.subscribe(() => {})
    await clock.advance(100)
    stop()
    const asked = server.count('getClient')
    await until(one.touchSession(id, { active_organization_id: 'acme' }))
    await until(one.endSession(id))
    await clock.advance(100)
    expect(server.count('getClient')).toBe(asked)
  })

  it('one of them goes on where the storage can not be watched', async () => {
    const { tab, until } = tabs((storage) => ({
      ...storage,
      watch: () => {
        throw new DOMException('no', 'SecurityError')
      },
    }))
    const one = tab()
    await until(one.getClient())
    one.session.subscribe(() => {})
    expect(await until(one.getToken())).toMatch(/^ey/)
    expect(one.session.snapshot().status).toBe('active')
  })
})
