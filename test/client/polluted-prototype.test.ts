import { SaferMeClient, ZelfClient } from 'latchkey'
import { afterEach, expect, it } from 'vitest'

const polluted = Object.prototype as { baseUrl?: unknown }

afterEach(() => {
  delete polluted.baseUrl
})

it.each([
  [
    'SaferMe',
    'https://api.safer.me/api/v4/session',
    (fetch: typeof globalThis.fetch) =>
      new SaferMeClient({ fetch }).createSession({ email: 'ada@example.com', password: 'correct horse' }),
  ],
  [
    'Zelf',
    'https://api.zelf.world/api/sessions',
    (fetch: typeof globalThis.fetch) => new ZelfClient({ fetch }).createSession({ identifier: 'device-1' }),
  ],
] as const)('a polluted prototype does not lead passwords elsewhere: %s', async (_, url, signIn) => {
  const sent: string[] = []
  const tried = (): Promise<unknown> =>
    signIn(async (...args) => {
      sent.push(new Request(...args).url)
      return new Response(null, { status: 400 })
    }).catch(() => {})
  // zod makes no schema while the prototype is polluted: the first sign-in makes the one that it needs.
  await tried()
  polluted.baseUrl = 'https://evil.test'
  await tried()
  expect(sent).toEqual([url, url])
})
