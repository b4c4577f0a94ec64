import { SaferMeClient } from 'latchkey'
import { storage } from '../storage.ts'
import type { Api } from './api.ts'

export function saferMe(baseUrl: string): Api {
  const client = new SaferMeClient({ baseUrl, storage })
  return {
    name: 'saferme',
    title: 'SaferMe',
    note: 'Both tokens rotate at every refresh. An answer lost on its way is a session lost.',
    fields: [
      { name: 'email', label: 'Email', type: 'email', autoComplete: 'username', value: 'ada@example.com' },
      {
        name: 'password',
        label: 'Password',
        type: 'password',
        autoComplete: 'current-password',
        value: 'correct horse',
      },
    ],
    session: client.session,
    on: client.on,
    signIn: ({ email = '', password = '' }) => client.createSession({ email, password }),
    request: 'GET /api/v4/session',
    call: async () => `The session of user ${(await client.getSession()).profile.user_id}`,
    end: () => client.session.end(),
  }
}
