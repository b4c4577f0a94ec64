import { describe, expect, it } from 'vitest'
import { ada, HOUR_MS, saferMeWorld } from './saferme-world.ts'

describe('a snapshot', () => {
  it('is frozen, holds no token, and is a new object only when a field changes', async () => {
    const { clock, client, runOut } = saferMeWorld()
    const saferme = client()
    const unknown = saferme.session.snapshot()
    expect(unknown).toEqual({ status: 'unknown' })
    expect(unknown).toBe(client().session.snapshot())
    expect(unknown).toBe(saferme.session.serverSnapshot())
    await clock.until(saferme.session.restore())
    const none = saferme.session.snapshot()
    expect(none).toEqual({ status: 'none' })
    await clock.until(saferme.session.restore())
    expect(saferme.session.snapshot()).toBe(none)
    await clock.until(saferme.createSession(ada))
    const active = saferme.session.snapshot()
    expect(active).toEqual({ status: 'active', expiresAt: Date.UTC(2026, 0, 1) + HOUR_MS })
    await clock.until(saferme.fetch('/api/v4/reports'))
    expect(saferme.session.snapshot()).toBe(active)
    await runOut()
    await clock.until(saferme.fetch('/api/v4/reports'))
    expect(saferme.session.snapshot()).not.toBe(active)
    for (const snapshot of [unknown, none, active]) expect(Object.isFrozen(snapshot)).toBe(true)
    expect(saferme.session.serverSnapshot()).toBe(unknown)
  })
})

describe('a subscriber', () => {
  it('is called at once, restores the session, and hears of what other clients do until it leaves', async () => {
    const { clock, client, signedIn } = saferMeWorld()
    const first = await signedIn()
    const second = client()
    const seen: string[] = []
    const stop = second.session.subscribe(({ status, reason }) => void seen.push(reason ?? status))
    expect(seen).toEqual(['unknown'])
    await clock.advance(0)
    expect(seen).toEqual(['unknown', 'active'])
    await clock.until(first.deleteSession())
    await clock.advance(0)
    expect(seen).toEqual(['unknown', 'active', 'elsewhere'])
    await clock.until(first.createSession(ada))
    await clock.advance(0)
    expect(seen).toEqual(['unknown', 'active', 'elsewhere', 'active'])
    stop()
    stop()
    await clock.until(first.deleteSession())
    await clock.advance(0)
    expect(seen).toHaveLength(4)
    expect(second.session.snapshot().status).toBe('active')
  })

  it('watches as long as there is one, however often each of them leaves', async () => {
    const { clock, client, storage, signedIn } = saferMeWorld()
    const first = await signedIn()
    let watching = 0
    const watch: NonNullable<typeof storage.watch> = (key, changed) => {
      watching++
      const stop = storage.watch?.(key, changed)
      return () => {
        watching--
        stop?.()
      }
    }
    const second = client({ storage: { ...storage, watch } })
    expect(watching).toBe(0)
    const stops = [1, 2].map(() => second.session.subscribe(() => {}))
    expect(watching).toBe(1)
    stops[0]?.()
    stops[0]?.()
    expect(watching).toBe(1)
    await clock.until(first.deleteSession())
    await clock.advance(0)
    expect(second.session.snapshot().status).not.toBe('active')
    stops[1]?.()
    expect(watching).toBe(0)
    const again = second.session.subscribe(() => {})
    expect(watching).toBe(1)
    again()
    expect(watching).toBe(0)
  })

  it('may be handed over without its session, as useSyncExternalStore and Svelte do', async () => {
    const { clock, client } = saferMeWorld()
    const { subscribe, snapshot, serverSnapshot, on } = client().session
    const statuses: string[] = []
    subscribe(() => void statuses.push(snapshot().status))()
    on('created', () => {})()
    await clock.advance(0)
    expect(statuses).toEqual(['unknown'])
    expect(serverSnapshot().status).toBe('unknown')
  })
})
