import { memoryStorage } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { claimsOf, failureOf, world } from './client-setup.ts'

const MINT = 'createSessionToken'

describe('session tokens: in tabs', () => {
  it('tabs share them, and one fetches for all', async () => {
    const { open, until, server, clock } = world()
    const storage = memoryStorage({ clock })
    const tabs = [open({ storage }), open({ storage }), open({ storage })]
    const tokens = await until(Promise.all(tabs.map((tab) => tab.getToken())))
    const later = await until(Promise.all(tabs.map((tab) => tab.getToken())))
    expect(new Set(later).size).toBe(1)
    expect(tokens).toContain(later[0])
    await clock.advance(61_000)
    const before = server.count(MINT)
    expect(new Set(await until(Promise.all(tabs.map((tab) => tab.getToken())))).size).toBe(1)
    expect(server.count(MINT)).toBe(before + 1)
    expect(await until(open({ storage }).getToken())).toBe(
      await until(tabs[0]?.getToken() ?? Promise.reject()),
    )
    expect(server.count(MINT)).toBe(before + 1)
  })

  it('what one tab drops, the others no longer hand out', async () => {
    const { open, until, clock, id } = world()
    const storage = memoryStorage({ clock })
    const [one, two] = [open({ storage }), open({ storage })]
    const token = await until(one.getToken())
    expect(await until(two.getToken())).toBe(token)
    await until(one.touchSession(id, { active_organization_id: 'acme' }))
    expect(claimsOf(await until(two.getToken())).org_id).toBe('org_1')
    await until(one.endSession(id))
    expect(await until(failureOf(two.getToken({ sessionId: id })))).toMatchObject({ status: 404 })
  })

  it('a page that has just loaded forgets what the last one stored, too', async () => {
    const { open, until, clock, id } = world({ templates: { hasura: {} } })
    const storage = memoryStorage({ clock })
    const before = open({ storage })
    const old = await until(Promise.all([before.getToken(), before.getToken({ template: 'hasura' })]))
    const after = open({ storage })
    await until(after.touchSession(id, { active_organization_id: 'acme' }))
    const now = await until(Promise.all([after.getToken(), after.getToken({ template: 'hasura' })]))
    for (const token of now) {
      expect(old).not.toContain(token)
      expect(claimsOf(token).org_id).toBe('org_1')
    }
  })
})
