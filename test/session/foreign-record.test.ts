import type { TokenStorage } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { DEFAULT_KEY, eventsOf, SECOND_MS, saferMeWorld } from './saferme-world.ts'

function overwrite(storage: TokenStorage, value: string): unknown {
  return storage.replace(DEFAULT_KEY, storage.read(DEFAULT_KEY) as string | null, value)
}

describe('a stored value that is none of ours', () => {
  it.each(['', '{', 'null', '[]', '{"v":1}', '{"v":"1"}', 'garbage'])(
    'is overwritten by the next sign-in, and reported: %s',
    async (value) => {
      const { clock, storage, client } = saferMeWorld()
      overwrite(storage, value)
      const one = client()
      const events = eventsOf(one)
      expect((await clock.until(one.session.restore())).status).toBe('none')
      expect(events.of('storageFailed')).toMatchObject([{ error: { failure: 'unreadable' } }])
      await clock.until(one.createSession({ email: 'ada@example.com', password: 'correct horse' }))
      expect(await clock.until(client().session.restore())).toMatchObject({ status: 'active' })
    },
  )

  it('that has taken the place of a living session is overwritten by it', async () => {
    const { clock, storage, client, signedIn } = saferMeWorld()
    const one = await signedIn()
    overwrite(storage, '{"v":1,"aud')
    expect((await clock.until(one.fetch('/api/v4/reports'))).status).toBe(200)
    await clock.advance(2 * SECOND_MS)
    expect(await clock.until(client().session.restore())).toMatchObject({ status: 'active' })
  })

  it('but of a later version is left alone: that is no proof that nobody is signed in', async () => {
    const { clock, storage, client, rejection } = saferMeWorld()
    const later = '{"v":2,"who":"knows"}'
    overwrite(storage, later)
    const one = client()
    const events = eventsOf(one)
    expect(await rejection(one.fetch('/api/v4/reports'))).toMatchObject({ failure: 'unreadable' })
    await clock.until(one.createSession({ email: 'ada@example.com', password: 'correct horse' }))
    expect((await clock.until(one.fetch('/api/v4/reports'))).status).toBe(200)
    await clock.advance(10 * SECOND_MS)
    expect(storage.read(DEFAULT_KEY)).toBe(later)
    expect(events.names).toEqual(['storageFailed', 'created'])
  })

  it('of another API under the same key is no session, and is told of', async () => {
    const { clock, client, signedIn, rejection } = saferMeWorld()
    await signedIn({ key: 'mine' })
    const other = client({ key: 'mine', appBundleId: 'com.example.other' })
    const events = eventsOf(other)
    expect(await rejection(other.fetch('/api/v4/reports'))).toMatchObject({ code: 'no_session' })
    expect(events.of('storageFailed')).toMatchObject([{ error: { failure: 'unreadable' } }])
    expect(await clock.until(client({ key: 'mine' }).session.restore())).toMatchObject({ status: 'active' })
  })
})
