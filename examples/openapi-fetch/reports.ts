import type { SaferMeClient } from 'latchkey'
import createClient, { type Client } from 'openapi-fetch'
import type { paths } from './api.ts'

/** A typed client of an API's description that carries the session: all it takes is `client.fetch`. */
export function reportsClient(saferme: SaferMeClient, baseUrl = 'https://api.safer.me'): Client<paths> {
  return createClient<paths>({ baseUrl, fetch: saferme.fetch })
}
