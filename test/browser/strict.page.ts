import {
  browserKey,
  ClerkClient,
  encryptedStorage,
  indexedDbStorage,
  KomsClient,
  memoryStorage,
  SaferMeClient,
  type TokenStorage,
  webStorage,
  ZelfClient,
} from 'latchkey'

const told: string[] = []
document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
  told.push(`${effectiveDirective} ${blockedURI}`),
)

/** What this page was told that its policies forbid. */
export const violations = (): readonly string[] => told

/** What a debugger calls may do what the page's policies forbid; what comes after it may not. */
const onOwnAccount = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

const STORAGES: Readonly<Record<string, () => TokenStorage>> = {
  memory: memoryStorage,
  indexedDb: indexedDbStorage,
  local: () => webStorage('local'),
  session: () => webStorage('session'),
  encrypted: () => encryptedStorage(indexedDbStorage(), browserKey()),
}

/** Has a client of each API do what pages do with it, over this storage; answers what each of them came to. */
export async function wholeLife(kind: string): Promise<readonly (number | string)[]> {
  await onOwnAccount()
  const storage = STORAGES[kind]?.() ?? memoryStorage()
  const baseUrl = location.origin
  const credentials = { email: 'ada@example.com', password: 'C0rrect!horse' }
  const saferme = new SaferMeClient({ baseUrl, storage })
  await saferme.createSession(credentials)
  const koms = new KomsClient({ baseUrl, clientId: 'client-1', storage })
  await koms.createSession(credentials)
  const zelf = new ZelfClient({ baseUrl, storage })
  await zelf.createSession({ identifier: 'device-1' })
  const clerk = new ClerkClient({
    proxyUrl: `${baseUrl}/__clerk`,
    mode: 'browser',
    authorizedOrigins: [baseUrl],
    storage,
  })
  await clerk.getClient()
  const answers = [
    await saferme.fetch('/api/v4/reports'),
    await koms.fetch('/things'),
    await zelf.fetch('/api/clients'),
    await clerk.fetch('/reports'),
  ]
  await saferme.refreshSession()
  const clients = [saferme, koms, zelf, clerk]
  for (const { session } of clients) {
    await session.end()
    await session.close()
  }
  return [...answers.map(({ status }) => status), ...clients.map(({ session }) => session.snapshot().status)]
}

/** Does what the policies forbid, so that a test can see that they are there. */
export async function misbehave(): Promise<void> {
  await onOwnAccount()
  try {
    new Function('return 1')()
  } catch {
    // It is told of.
  }
  try {
    document.createElement('div').innerHTML = '<b>x</b>'
  } catch {
    // So is this.
  }
}
