import {
  type AnyLatchkeyError,
  ClerkClient,
  isLatchkeyError,
  KomsClient,
  SaferMeClient,
  SessionPool,
  type SessionSnapshot,
  type TokenStorage,
  ZelfClient,
} from 'latchkey'

export async function useSaferMe(storage: TokenStorage): Promise<number> {
  const saferme = new SaferMeClient({ storage, headers: () => ({ 'Accept-Language': 'en' }) })
  const session = await saferme.createSession({ email: 'ada@example.com', password: 'correct horse' })
  const stop = saferme.session.on('ended', ({ reason }) => reason.toUpperCase(), {
    signal: AbortSignal.timeout(1000),
  })
  stop()
  const response: Response = await saferme.fetch(new URL('https://example.com/reports'), { method: 'POST' })
  const body: ReadableStream<Uint8Array> | null = response.body
  await body?.cancel()
  return session.profile.user_id
}

export async function useKoms(fetch: typeof globalThis.fetch): Promise<string> {
  const koms = new KomsClient({ baseUrl: new URL('https://koms.example.com'), clientId: 'app', fetch })
  await koms.createSession(
    { email: 'ada@example.com', password: 'Correct-horse-1!' },
    { timeout: 1000, signal: new AbortController().signal, headers: new Headers() },
  )
  const { email } = await koms.getUser()
  return email
}

export async function useZelf(): Promise<Response> {
  const zelf = new ZelfClient({ keepAlive: true, retry: false })
  await zelf.createSession({ identifier: 'device-1' })
  return zelf.fetch(new Request('https://api.zelf.world/api/clients'))
}

export async function useClerk(): Promise<string | undefined> {
  const clerk = new ClerkClient({ frontendApi: 'clerk.example.com', mode: 'native' })
  const client = await clerk.getClient()
  const factors = await clerk.reverify('sess_1', {
    level: 'first_factor',
    choose: (factors) => factors.find(({ strategy }) => strategy === 'password') ?? fail(),
    code: async ({ strategy }) => strategy,
  })
  return client?.sessions[0]?.id ?? factors.status
}

function fail(): never {
  throw new Error('There is nothing to choose from')
}

export async function usePool(storage: TokenStorage): Promise<SessionSnapshot> {
  const pool = new SessionPool({ storage, client: (_, part) => new ZelfClient({ storage: part }) })
  const snapshot = await pool.use('user-1', (zelf) => zelf.session.snapshot())
  await pool.close()
  return snapshot
}

export function explain(error: AnyLatchkeyError): string {
  switch (error.code) {
    case 'session_ended':
      return error.reason
    case 'saferme_api':
      return Object.keys(error.fields).join()
    case 'koms_api':
      return error.reason
    default:
      return isLatchkeyError(error, 'timeout') ? error.name : error.message
  }
}
