import { indexedDbStorage, SaferMeClient, type SessionSnapshot, webStorage } from 'latchkey'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { SESSION_EVENTS } from '../session-events.ts'

export { attempts } from './storage.page.ts'

const storages = {
  indexedDb: () => indexedDbStorage(),
  local: () => webStorage('local'),
  session: () => webStorage('session'),
} as const

export type ClientStorage = keyof typeof storages

/** What became of a page's requests, and what its session told. */
export interface PageReport {
  /** How often, by HTTP status or error code. */
  readonly outcomes: Readonly<Record<string, number>>
  /** How often, by event; an end with its reason. */
  readonly events: Readonly<Record<string, number>>
  readonly snapshot: SessionSnapshot
}

const PAUSE_MS = 100

let client: SaferMeClient | undefined
let working: Promise<void> | undefined
let stopped = false
const outcomes: Record<string, number> = {}
const events: Record<string, number> = {}
const count = (counts: Record<string, number>, what: string): void => {
  counts[what] = (counts[what] ?? 0) + 1
}

const theClient = (): SaferMeClient => {
  if (!client) throw new Error('There is no client yet')
  return client
}

/**
 * Opens a client of the API under `path` on this origin.
 *
 * @param name goes with its requests as `X-Page`
 */
export function openClient(kind: ClientStorage, path: string, name: string): void {
  const options = {
    storage: storages[kind](),
    baseUrl: `${location.origin}${path}`,
    headers: { 'X-Page': name },
  }
  client = new SaferMeClient(options)
  for (const type of SESSION_EVENTS) {
    client.session.on(type, (event) => {
      const { reason, error } = event as { reason?: string; error?: { failure?: string; code: string } }
      count(events, [type, reason ?? error?.failure ?? error?.code].filter(Boolean).join(' '))
    })
  }
  client.session.subscribe(() => {})
}

export async function signIn(): Promise<void> {
  await theClient().createSession({ email: 'ada@example.com', password: 'correct horse' })
}

export function signOut(): Promise<void> {
  return theClient().deleteSession()
}

/** Refreshes the token now. */
export async function renew(): Promise<void> {
  await theClient().session.refresh()
}

/** Sends one request, and answers its HTTP status or the code of its error. */
export function request(): Promise<string> {
  return theClient()
    .fetch('api/v4/things')
    .then(
      ({ status }) => String(status),
      (error: { code?: string; message: string }) => error.code ?? error.message,
    )
}

/**
 * Sends requests all the time, until it is stopped.
 *
 * @param seed chooses how long it rests between two of them
 */
export function work(seed: number): void {
  const random = seededRandom(seed)
  const next = async (): Promise<void> => {
    while (!stopped) {
      count(outcomes, await request())
      await new Promise((resume) => setTimeout(resume, PAUSE_MS * (0.5 + random())))
    }
  }
  working = next()
}

/** Sends no more, and answers what became of those that were sent. */
export async function stopWork(): Promise<PageReport> {
  stopped = true
  await working
  return report()
}

export function report(): PageReport {
  return { outcomes, events, snapshot: theClient().session.snapshot() }
}
