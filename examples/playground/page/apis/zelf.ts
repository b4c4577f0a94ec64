import { ZelfClient } from 'latchkey'
import { storage } from '../storage.ts'
import type { Api } from './api.ts'

export function zelf(baseUrl: string): Api {
  const client = new ZelfClient({ baseUrl, storage })
  return {
    name: 'zelf',
    title: 'Zelf',
    note: 'To renew is to create again under the same identifier, and to end is to forget.',
    fields: [
      { name: 'identifier', label: 'Identifier', type: 'text', autoComplete: 'off', value: 'device-1' },
    ],
    session: client.session,
    on: client.on,
    signIn: ({ identifier = '' }) => client.createSession({ identifier }),
    request: 'GET /api/clients',
    call: async () => {
      const response = await client.fetch('/api/clients')
      if (!response.ok) return `Answered ${response.status}`
      const { identifier } = await response.json()
      return `The device is ${identifier}`
    },
    end: () => client.session.end(),
  }
}
