import * as clerk from '../../../src/apis/clerk/endpoints.ts'
import { answering } from './call.ts'
import { client, leanSession, reverification, session, SESSION_ID as session_id } from './fixtures.ts'

/** Reads a session out of a body. */
export const getSession = (body: unknown, mode?: 'report') =>
  answering({ body }, mode).call(clerk.getSession, { session_id })
/** Reads a reverification out of a body. */
export const verify = (body: unknown, mode?: 'report') =>
  answering({ body }, mode).call(clerk.startReverification, { session_id, level: 'multi_factor' })
/** Reads the client out of a body. */
export const getClient = (body: unknown, mode?: 'report') =>
  answering({ body }, mode).call(clerk.getClient, undefined)

/** Each resource as an answer's response, and what reads it. */
export const resources = {
  session: { value: session, read: getSession },
  'session without options': { value: leanSession, read: getSession },
  reverification: { value: reverification, read: verify },
  client: { value: client, read: getClient },
} as const

export type Resource = keyof typeof resources
/** A resource with one field changed; `undefined` takes it away. */
export type Edit = readonly [resource: Resource, path: string, value: unknown]
