import { isLatchkeyError, KomsClient } from 'latchkey'
import { fakeKoms } from 'latchkey/testing'
import type { Story } from './story.ts'

const ada = { email: 'ada@example.com', password: 'Correct-horse-1!' }

/** A KOMS session: renewed at its expiry and not before, and mistakes that come as 500. */
export async function komsStory({ title, tell, expect, open, clock, wait }: Story): Promise<void> {
  const server = fakeKoms({ clock, tokenLifeMs: 2000, users: [ada] })
  const { where, close } = await open(server)
  const koms = new KomsClient({ ...where, clientId: 'client-1', clock })
  koms.session.on('refreshed', () => tell('  event: refreshed'))
  try {
    title(`KOMS, on ${where.baseUrl}, where a refresh ahead of expiry gains nothing`)
    const weak = { email: 'bob@example.com', password: 'weak' }
    const mistake: unknown = await koms.createUser(weak).catch((thrown: unknown) => thrown)
    expect(
      isLatchkeyError(mistake, 'koms_api') && mistake.reason === 'weak_password',
      'a weak password comes as a 500, and is told as what it is',
    )
    await koms.createSession(ada)
    const { email } = await koms.getUser()
    tell(`Signed in as ${email}.`)
    expect(server.count('refreshSession') === 0, 'nothing is refreshed while the token is good')
    await wait(2500)
    await Promise.all([koms.getUser(), koms.getUser(), koms.getSession()])
    expect(server.refreshes === 1, 'at its end, three calls lead to one refresh')
    await koms.deleteSession()
    expect(server.sessions.length === 0, 'signed out, on the server too')
  } finally {
    await koms.session.close()
    await close()
  }
}
