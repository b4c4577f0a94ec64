import { isUnauthorized, SaferMeClient } from 'latchkey'
import { fakeClock, fakeSaferMe } from 'latchkey/testing'
import { expect, it } from 'vitest'
import { failureOf } from './scripted.ts'

it('a session lives its life over a real socket: signed in, fetched, expired, refreshed, deleted', async () => {
  // Sockets answer from another thread: time stands still unless it is moved by hand.
  const clock = fakeClock()
  const server = fakeSaferMe({ clock })
  const listening = await server.listen()
  try {
    const saferme = new SaferMeClient({ baseUrl: listening.url, clock, teamId: 2 })
    const events: string[] = []
    for (const type of ['created', 'refreshed', 'refreshFailed', 'ended'] as const) {
      saferme.session.on(type, () => events.push(type))
    }

    const wrong = await failureOf(saferme.createSession({ email: 'ada@example.com', password: 'wrong' }))
    expect(isUnauthorized(wrong)).toBe(true)

    const created = await saferme.createSession({ email: 'ada@example.com', password: 'correct horse' })
    expect(created).not.toHaveProperty('access_token')
    expect(created).not.toHaveProperty('refresh_token')
    expect(await saferme.getSession()).toStrictEqual(created)
    const first = await saferme.session.getAccessToken()
    expect(first).toBe(server.sessions[0]?.accessToken)

    clock.suspend(3_600_000)
    const answers = await Promise.all([1, 2, 3].map((page) => saferme.fetch(`/api/v4/reports?page=${page}`)))
    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual(
      [1, 2, 3].map((page) => ({
        path: `/api/v4/reports?page=${page}`,
        method: 'GET',
        user_id: 1,
        body: null,
      })),
    )
    expect(server.refreshes).toBe(1)
    const second = await saferme.session.getAccessToken()
    expect(second).not.toBe(first)

    const refreshed = await saferme.refreshSession()
    expect(refreshed.profile).toStrictEqual(created.profile)
    expect(server.refreshes).toBe(2)
    expect(await saferme.session.getAccessToken()).not.toBe(second)

    await saferme.deleteSession()
    expect(server.sessions).toEqual([])
    expect(await failureOf(saferme.getSession())).toMatchObject({ code: 'no_session' })
    expect(saferme.session.snapshot()).toEqual({ status: 'ended', reason: 'deleted' })
    expect(events).toEqual(['created', 'refreshed', 'refreshed', 'ended'])
    await saferme.session.close()
  } finally {
    await listening.close()
  }
})

it('a session that was deleted elsewhere ends, and says so', async () => {
  const server = fakeSaferMe()
  const listening = await server.listen()
  try {
    const saferme = new SaferMeClient({ baseUrl: listening.url })
    await saferme.createSession({ email: 'ada@example.com', password: 'correct horse' })
    server.revoke()
    expect(await failureOf(saferme.getSession())).toMatchObject({ code: 'session_ended', reason: 'revoked' })
    expect(server.count('getSession')).toBe(1)
    expect(server.count('refreshSession')).toBe(1)
  } finally {
    await listening.close()
  }
})

it('a session whose renewal was lost on its way is told apart from one that was revoked', async () => {
  const clock = fakeClock()
  const server = fakeSaferMe({ clock })
  const saferme = new SaferMeClient({ clock, fetch: server.fetch })
  await saferme.createSession({ email: 'ada@example.com', password: 'correct horse' })
  server.fault('refreshSession', { kind: 'drop-after' })
  await clock.advance(3_600_000)
  const error = await clock.until(failureOf(saferme.getSession()))
  expect(error).toMatchObject({ code: 'session_ended', reason: 'lost' })
  expect(server.refreshes).toBe(1)
})
