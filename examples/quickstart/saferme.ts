import { isLatchkeyError, SaferMeClient } from 'latchkey'
import { fakeSaferMe } from 'latchkey/testing'
import type { Story } from './story.ts'

const credentials = { email: 'ada@example.com', password: 'correct horse' }

/** A SaferMe session lives, is refreshed, survives trouble and ends, over real HTTP. */
export async function saferMeStory({ title, tell, expect, open, clock, wait }: Story): Promise<void> {
  const server = fakeSaferMe({ clock, tokenLifeMs: 2000, users: [credentials] })
  const { where, close } = await open(server)
  const saferme = new SaferMeClient({ ...where, clock })
  saferme.session.on('refreshed', () => tell('  event: refreshed'))
  saferme.session.on('refreshFailed', ({ error }) => tell(`  event: refreshFailed (${error.code})`))
  saferme.session.on('ended', ({ reason }) => tell(`  event: ended (${reason})`))
  try {
    title(`SaferMe, on ${where.baseUrl}, with tokens that live for two seconds`)
    const session = await saferme.createSession(credentials)
    tell(`Signed in as user ${session.profile.user_id}; the token runs out at ${session.token_expire_at}.`)
    expect(saferme.session.snapshot().status === 'active', 'the session is active')

    title('Fifty calls at once, over a token that has run out')
    await wait(2500)
    const answers = await Promise.all(Array.from({ length: 50 }, () => saferme.fetch('/api/v4/reports')))
    expect(
      answers.every(({ ok }) => ok),
      'all fifty succeeded',
    )
    expect(server.count('refreshSession') === 1, 'one refresh was sent')

    title('The network breaks before a refresh gets to the server')
    server.fault('refreshSession', { kind: 'drop-before' })
    await wait(2500)
    const after = await saferme.fetch('/api/v4/reports')
    expect(after.ok, 'the refresh was tried again, and the user noticed nothing')

    title("A refresh's answer is dropped on the floor, after the server has replaced the tokens")
    server.fault('refreshSession', { kind: 'drop-after' })
    await wait(2500)
    const error: unknown = await saferme.fetch('/api/v4/reports').catch((thrown: unknown) => thrown)
    expect(
      isLatchkeyError(error, 'session_ended') && error.reason === 'lost',
      'no client can save that one: the user is told that the session was lost, not that it was revoked',
    )

    title('Signed in again, and revoked on the server')
    await saferme.createSession(credentials)
    server.revoke()
    const refused: unknown = await saferme.fetch('/api/v4/reports').catch((thrown: unknown) => thrown)
    expect(isLatchkeyError(refused, 'session_ended'), 'the call says that the session has ended')
    const { status, reason } = saferme.session.snapshot()
    expect(status === 'ended' && reason === 'revoked', 'and the snapshot says why: revoked')

    title('Signed in again, and out')
    await saferme.createSession(credentials)
    await saferme.deleteSession()
    expect(server.sessions.length === 0, 'the server knows of no session any more')
  } finally {
    await saferme.session.close()
    await close()
  }
}
