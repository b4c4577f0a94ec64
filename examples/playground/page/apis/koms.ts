import { KomsClient } from 'latchkey'
import { storage } from '../storage.ts'
import type { Api } from './api.ts'

export function koms(baseUrl: string): Api {
  const client = new KomsClient({ baseUrl, clientId: 'client-1', storage })
  return {
    name: 'koms',
    title: 'KOMS',
    note: 'The access token is renewed once it has run out, and not before. Of two refreshes the first counts.',
    fields: [
      { name: 'email', label: 'Email', type: 'email', autoComplete: 'username', value: 'ada@example.com' },
      {
        name: 'password',
        label: 'Password',
        type: 'password',
        autoComplete: 'current-password',
        value: 'Correct-horse-1!',
      },
    ],
    session: client.session,
    on: client.on,
    signIn: ({ email = '', password = '' }) => client.createSession({ email, password }),
    request: 'GET /user',
    call: async () => `The user is ${(await client.getUser()).email}`,
    end: () => client.session.end(),
  }
}
