import { ClerkClient } from 'latchkey'
import { storage } from '../storage.ts'
import type { Api } from './api.ts'

/** @param signIn signs the browser's user in, which is not the Frontend API's business */
export function clerk(proxyUrl: string, signIn: () => Promise<void>): Api {
  const client = new ClerkClient({ proxyUrl, mode: 'browser', authorizedOrigins: [proxyUrl], storage })
  // Who is signed in is the cookie's and the server's to know: no storage tells the other tabs.
  const tabs = new BroadcastChannel('playground clerk')
  tabs.addEventListener('message', () => void client.getClient().catch(() => {}))
  return {
    name: 'clerk',
    title: 'Clerk',
    note: 'A cookie says who the browser is. Its session mints tokens that live for seconds, for your own back end.',
    fields: [],
    session: client.session,
    on: client.on,
    signIn: async () => {
      await signIn()
      await client.getClient()
      tabs.postMessage(null)
    },
    request: 'GET /reports',
    call: async () => {
      const response = await client.fetch('/reports')
      if (!response.ok) return `Answered ${response.status}`
      const { user_id } = await response.json()
      return `The reports of ${user_id}`
    },
    end: async () => {
      const result = await client.session.end()
      tabs.postMessage(null)
      return result
    },
  }
}
