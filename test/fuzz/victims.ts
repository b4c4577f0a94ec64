import {
  ClerkClient,
  type ClerkMode,
  type Fetch,
  KomsClient,
  type Listen,
  SaferMeClient,
  type Session,
  type TokenStorage,
  type TransportEvents,
  ZelfClient,
} from '../../src/index.ts'
import {
  type FakeClock,
  type FakeServer,
  fakeClerk,
  fakeKoms,
  fakeSaferMe,
  fakeZelf,
} from '../../src/testing/index.ts'

const EMAIL = 'ada@example.com'
export const PASSWORD = 'C0rrect!horse'

/** What a client lives in. */
export interface Surroundings {
  readonly clock: FakeClock
  /** What stands between the client and its server. */
  readonly tamper: (fetch: Fetch) => Fetch
  readonly storage?: TokenStorage
  readonly validation?: 'strict' | 'report'
}

/** A client of one of the APIs, before a server that keeps to its documentation. */
export interface Victim {
  readonly client: {
    readonly session: Session
    readonly fetch: Fetch
    readonly on: Listen<TransportEvents>
  }
  readonly server: FakeServer
  /** The user signs in, if that is this client's to do. */
  readonly signIn: () => Promise<unknown>
  /** Everything that can be called, with input that is as it should be. */
  readonly calls: Readonly<Record<string, () => Promise<unknown>>>
}

/** What a session can be asked for, whichever its API. */
function sessionCalls({ session, fetch }: Victim['client'], path: string): Victim['calls'] {
  return {
    // What reading a body comes to is between the caller and the platform.
    fetch: () => fetch(path).then(({ status }) => status),
    post: () => fetch(path, { method: 'POST', body: '{"a":1}' }).then(({ status }) => status),
    getAccessToken: () => session.getAccessToken(),
    refresh: () => session.refresh(),
    restore: () => session.restore(),
    end: () => session.end(),
  }
}

/** What can be called where a password is all that a session is made with. */
function passwordCalls(client: SaferMeClient | KomsClient) {
  return {
    createSession: () => client.createSession({ email: EMAIL, password: PASSWORD }),
    getSession: () => client.getSession(),
    refreshSession: () => client.refreshSession(),
    deleteSession: () => client.deleteSession(),
  }
}

function saferMe({ clock, tamper, ...options }: Surroundings): Victim {
  const server = fakeSaferMe({ clock, users: [{ email: EMAIL, password: PASSWORD }] })
  const client = new SaferMeClient({ ...options, clock, fetch: tamper(server.fetch) })
  const calls = passwordCalls(client)
  return {
    client,
    server,
    signIn: calls.createSession,
    calls: { ...calls, ...sessionCalls(client, '/api/v4/reports') },
  }
}

function koms({ clock, tamper, ...options }: Surroundings): Victim {
  const server = fakeKoms({ clock, users: [{ email: EMAIL, password: PASSWORD }] })
  const client = new KomsClient({
    ...options,
    baseUrl: 'https://koms.test',
    clientId: 'client-1',
    clock,
    fetch: tamper(server.fetch),
  })
  const calls = passwordCalls(client)
  return {
    client,
    server,
    signIn: calls.createSession,
    calls: {
      ...calls,
      createUser: () => client.createUser({ email: EMAIL, password: PASSWORD }),
      getUser: () => client.getUser(),
      ...sessionCalls(client, '/things'),
    },
  }
}

function zelf({ clock, tamper, ...options }: Surroundings): Victim {
  const server = fakeZelf({ clock })
  const client = new ZelfClient({ ...options, clock, fetch: tamper(server.fetch) })
  const createSession = () => client.createSession({ identifier: 'device-1' })
  return {
    client,
    server,
    signIn: createSession,
    calls: { createSession, ...sessionCalls(client, '/api/clients') },
  }
}

const clerk =
  (mode: ClerkMode) =>
  ({ clock, tamper, ...options }: Surroundings): Victim => {
    const server = fakeClerk({
      clock,
      instance: mode === 'development' ? 'development' : 'production',
      ambientCookie: mode === 'browser',
      rotate: true,
      users: [{ id: 'user_1', email: EMAIL, password: PASSWORD, passkey: 'passkey', totp: true }],
      templates: { hasura: {} },
    })
    const id = server.addSession()
    const client = new ClerkClient({
      ...options,
      frontendApi: 'clerk.test',
      mode,
      authorizedOrigins: ['https://api.test'],
      clock,
      fetch: tamper(server.fetch),
    })
    const proof = { strategy: 'email_code', email_address_id: 'idn_1' } as const
    return {
      client,
      server,
      signIn: () => client.getClient(),
      calls: {
        getClient: () => client.getClient(),
        getSession: () => client.getSession(id),
        touchSession: () => client.touchSession(id, { intent: 'focus' }),
        createSessionToken: () => client.createSessionToken(id),
        createSessionTokenWithTemplate: () => client.createSessionTokenWithTemplate(id, 'hasura'),
        getToken: () => client.getToken({ skipCache: true }),
        getTemplateToken: () => client.getToken({ template: 'hasura' }),
        startReverification: () => client.startReverification(id, { level: 'multi_factor' }),
        prepareFirstFactor: () => client.prepareFirstFactor(id, proof),
        attemptFirstFactor: () => client.attemptFirstFactor(id, { strategy: 'password', password: PASSWORD }),
        prepareSecondFactor: () => client.prepareSecondFactor(id, { strategy: 'phone_code' }),
        attemptSecondFactor: () => client.attemptSecondFactor(id, { strategy: 'totp', code: '424242' }),
        reverify: () =>
          client.reverify(id, {
            level: 'first_factor',
            choose: ([factor]) => factor ?? { strategy: 'password' },
            code: () => PASSWORD,
          }),
        endSession: () => client.endSession(id),
        removeSession: () => client.removeSession(id),
        removeSessions: () => client.removeSessions(),
        ...sessionCalls(client, 'https://api.test/reports'),
      },
    }
  }

/** Every API that Latchkey knows, and each of the ways to be a client of it. */
export const VICTIMS: Readonly<Record<string, (surroundings: Surroundings) => Victim>> = {
  saferme: saferMe,
  koms,
  zelf,
  'clerk in a browser': clerk('browser'),
  'clerk in development': clerk('development'),
  'clerk natively': clerk('native'),
}
