import {
  type AnyLatchkeyError,
  ClerkClient,
  indexedDbStorage,
  isLatchkeyError,
  KomsClient,
  SaferMeClient,
  ZelfClient,
} from 'latchkey'

const storage = indexedDbStorage()
const saferme = new SaferMeClient({ storage })
const koms = new KomsClient({ storage, baseUrl: 'https://koms.example.com', clientId: 'app' })
const zelf = new ZelfClient({ storage })
const clerk = new ClerkClient({ storage, frontendApi: 'clerk.example.com' })

export async function signIn(email: string, password: string): Promise<readonly unknown[]> {
  const { profile } = await saferme.createSession({ email, password })
  const user = await koms.createSession({ email, password })
  const wallet = await zelf.createSession({ identifier: email })
  const client = await clerk.getClient()
  return [profile.user_id, user, wallet, client?.sessions[0]?.id]
}

export async function request(path: string): Promise<readonly unknown[]> {
  const report: unknown = await (await saferme.fetch(path)).json()
  const player: unknown = await (await koms.fetch(path)).json()
  const wallet: unknown = await (await zelf.fetch(path)).json()
  const user: unknown = await clerk.getClient()
  return [report, player, wallet, user]
}

export function watch(show: (why: string) => void): readonly (() => void)[] {
  return [
    saferme.session.on('ended', ({ reason }) => show(reason)),
    koms.session.on('ended', ({ reason }) => show(reason)),
    zelf.session.on('ended', ({ reason }) => show(reason)),
    clerk.session.on('ended', ({ reason }) => show(reason)),
  ]
}

export function explain(error: AnyLatchkeyError): string {
  return isLatchkeyError(error) ? error.name : String(error)
}

export async function signOut(): Promise<void> {
  await saferme.deleteSession()
  await koms.deleteSession()
  await zelf.session.end()
  await clerk.session.end()
}
