import { ClerkClient } from 'latchkey'
import { fakeClerk } from 'latchkey/testing'
import type { Story } from './story.ts'

/** A Clerk client: its sessions, and the short-lived tokens that they mint. */
export async function clerkStory({ title, tell, expect, open, clock, wait }: Story): Promise<void> {
  const server = fakeClerk({ clock, tokenLifeMs: 8000 })
  const sessionId = server.addSession()
  const { where, close } = await open(server)
  const { baseUrl: proxyUrl, ...found } = where
  const clerk = new ClerkClient({ ...found, proxyUrl, mode: 'native', clock })
  try {
    title(`Clerk, on ${proxyUrl}, where a session mints tokens that live for seconds`)
    const client = await clerk.getClient()
    tell(`The client has ${client?.sessions.length} session.`)
    const fifty = (): Promise<string[]> =>
      Promise.all(Array.from({ length: 50 }, () => clerk.getToken({ sessionId })))
    const first = new Set(await fifty())
    expect(first.size === 1, 'fifty callers at once got one token')
    await wait(8500)
    const second = new Set(await fifty())
    expect(second.size === 1 && !first.has([...second].join()), 'and another one when it had run out')
    expect(server.count('createSessionToken') <= 2, 'with one request each')
    await clerk.endSession(sessionId)
    const signedOut: unknown = await clerk.getToken({ sessionId }).catch((error: unknown) => error)
    expect(signedOut instanceof Error, 'the session has ended, and so have its tokens')
  } finally {
    await clerk.session.close()
    await close()
  }
}
