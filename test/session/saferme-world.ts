import { memoryStorage, SaferMeClient, type SaferMeClientOptions, type SessionEvents } from 'latchkey'
import { type FakeSaferMeOptions, fakeClock, fakeSaferMe } from 'latchkey/testing'
import { SESSION_EVENTS } from '../session-events.ts'

export const SECOND_MS = 1000
export const MINUTE_MS: number = 60 * SECOND_MS
export const HOUR_MS: number = 60 * MINUTE_MS

/** What a client's session is stored under where nothing else is said. */
export const DEFAULT_KEY = 'latchkey saferme https://api.safer.me/ com.thundermaps.saferme'

export const ada = { email: 'ada@example.com', password: 'correct horse' }
export const bob = { email: 'bob@example.com', password: 'battery staple' }

/** A clock, a SaferMe server on it, a storage, and as many clients on these as a test wants. */
export function saferMeWorld(options: Omit<FakeSaferMeOptions, 'clock'> = {}) {
  const clock = fakeClock()
  const server = fakeSaferMe({ clock, users: [ada, bob], ...options })
  const storage = memoryStorage({ clock })
  const client = (own: SaferMeClientOptions = {}) =>
    new SaferMeClient({ fetch: server.fetch, clock, storage, ...own })
  return {
    clock,
    server,
    storage,
    client,
    signedIn: async (own?: SaferMeClientOptions) => {
      const signingIn = client(own)
      await clock.until(signingIn.createSession(ada))
      return signingIn
    },
    /** Lets the current access token run out, and nothing more. */
    runOut: () => clock.advance((options.tokenLifeMs ?? HOUR_MS) + 1),
    /** What a call ends with: the HTTP status, or the error that it rejects with. */
    ending: (call: Promise<Response>) =>
      clock.until(
        call.then(
          ({ status }) => status,
          (error: unknown) => error,
        ),
      ),
    rejection: (call: Promise<unknown>) =>
      clock.until(
        call.then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
  }
}

/** The events of a session from now on, by name and payload. */
export function eventsOf({ session }: Pick<SaferMeClient, 'session'>) {
  const told: { readonly [Type in keyof SessionEvents]: [Type, SessionEvents[Type]] }[keyof SessionEvents][] =
    []
  for (const type of SESSION_EVENTS)
    session.on(type, (event) => void told.push([type, event] as (typeof told)[number]))
  return {
    all: told,
    get names() {
      return told.map(([type]) => type)
    },
    of: <Type extends keyof SessionEvents>(type: Type) =>
      told.filter((one) => one[0] === type).map((one) => one[1] as SessionEvents[Type]),
  }
}

/** The access token that a request carried. */
export function tokenOf({ headers }: { readonly headers: Headers }): string | undefined {
  return /^Token token=(.*)$/.exec(headers.get('authorization') ?? '')?.[1]
}
