import type { ClerkSession } from './fake-clerk-session.ts'

/** How the requests of a forgotten client are refused. */
export type FakeClerkForgottenCode = 'authentication_invalid' | 'signed_out'

/** A client, which is a browser or an installed app, as a fake Clerk server keeps it. */
export interface ClerkClientRecord {
  readonly id: string
  readonly sessions: ClerkSession[]
  readonly createdAt: number
  updatedAt: number
  lastActiveSessionId: string | null
  /** Whether somebody holds a credential of it. */
  claimed: boolean
  /** How its requests are refused; `null`: they are not. */
  forgotten: FakeClerkForgottenCode | null
}

/** The clients of a fake Clerk server. */
export interface ClerkClients {
  readonly all: readonly ClerkClientRecord[]
  /** Makes another client. Nobody has a credential of it yet. */
  add(at: number): ClerkClientRecord
  /** The client that was made last and is not forgotten; a new one if there is none. */
  current(at: number): ClerkClientRecord
  /** Gives a newcomer the first client that nobody has a credential of; a new one if there is none. */
  claim(at: number): ClerkClientRecord
}

/** Makes the register of a fake Clerk server's clients. */
export function clerkClients(): ClerkClients {
  const all: ClerkClientRecord[] = []
  const clients: ClerkClients = {
    all,
    add: (at) => {
      const client: ClerkClientRecord = {
        id: `client_${all.length + 1}`,
        sessions: [],
        createdAt: at,
        updatedAt: at,
        lastActiveSessionId: null,
        claimed: false,
        forgotten: null,
      }
      all.push(client)
      return client
    },
    current: (at) => all.findLast((client) => !client.forgotten) ?? clients.add(at),
    claim: (at) => {
      const client = all.find((one) => !one.claimed && !one.forgotten) ?? clients.add(at)
      client.claimed = true
      return client
    },
  }
  return clients
}
