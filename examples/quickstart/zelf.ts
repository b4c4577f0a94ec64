import { ZelfClient } from 'latchkey'
import { fakeZelf } from 'latchkey/testing'
import type { Story } from './story.ts'

/** A Zelf session: renewed by creating it again, ended by being forgotten. */
export async function zelfStory({ title, tell, expect, open, clock, wait }: Story): Promise<void> {
  const server = fakeZelf({ clock, tokenLifeMs: 3000 })
  const { where, close } = await open(server)
  const zelf = new ZelfClient({ ...where, clock })
  zelf.session.on('refreshed', () => tell('  event: refreshed'))
  try {
    title(`Zelf, on ${where.baseUrl}, where to renew is to create again`)
    await zelf.createSession({ identifier: 'device-1' })
    await wait(3500)
    const answer = await zelf.fetch('/api/clients')
    expect(answer.ok, 'the call over a token that has run out succeeded')
    expect(server.count('createSession') === 2, 'the session was created again, under its identifier')
    const { revoked } = await zelf.session.end()
    expect(!revoked, 'the API has no way to end a session: it is forgotten here')
  } finally {
    await zelf.session.close()
    await close()
  }
}
