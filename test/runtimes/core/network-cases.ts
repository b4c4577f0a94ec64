import { SaferMeClient } from 'latchkey'
import { type Case, casesOf, failure, same } from './check.ts'

/** The runtime's own `fetch`, against a SaferMe that listens at `url` and redirects the first that asks for a session. */
export function networkCases(url: string): readonly Case[] {
  return casesOf({
    'over a real port, a redirect of a session operation is not followed': async () => {
      const saferme = new SaferMeClient({ baseUrl: url, retry: false })
      await saferme.session.adopt({ accessToken: 'access', refreshToken: 'refresh' })
      same(await failure(saferme.getSession()), ['network', null])
    },
    'over a real port, a crowd of callers costs one refresh': async () => {
      const saferme = new SaferMeClient({ baseUrl: url })
      await saferme.createSession({ email: 'ada@example.com', password: 'correct horse' })
      const first = await saferme.session.getAccessToken()
      await Promise.all(Array.from({ length: 20 }, () => saferme.session.refresh()))
      same(first === (await saferme.session.getAccessToken()), false)
      const response = await saferme.fetch('/api/v4/reports', { method: 'POST', body: '{"title":"Leak"}' })
      same((await response.json()).body, { title: 'Leak' })
      await saferme.deleteSession()
    },
  })
}
