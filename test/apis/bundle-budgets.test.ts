import { expect, it } from 'vitest'
import { bundle, DEPENDENCIES } from './bundle.ts'

const CLIENTS = {
  SaferMeClient: 'new SaferMeClient({ storage })',
  KomsClient: "new KomsClient({ storage, baseUrl: 'https://koms.test', clientId: 'app' })",
  ZelfClient: 'new ZelfClient({ storage })',
  ClerkClient: "new ClerkClient({ storage, frontendApi: 'clerk.test' })",
} as const

type Client = keyof typeof CLIENTS

const ALL = Object.keys(CLIENTS) as Client[]

type Storage = 'memoryStorage' | 'indexedDbStorage'

/** The most bytes with gzip, of it all and without the dependencies. Raised only in the commit that needs it. */
const BUDGETS: readonly (readonly [clients: readonly Client[], Storage, whole: number, own: number])[] = [
  [['SaferMeClient'], 'memoryStorage', 34_990, 18_830],
  [['SaferMeClient'], 'indexedDbStorage', 36_480, 20_340],
  [['KomsClient'], 'memoryStorage', 35_090, 18_880],
  [['KomsClient'], 'indexedDbStorage', 36_580, 20_400],
  [['ZelfClient'], 'memoryStorage', 34_180, 18_240],
  [['ZelfClient'], 'indexedDbStorage', 35_650, 19_730],
  [['ClerkClient'], 'memoryStorage', 41_990, 24_990],
  [['ClerkClient'], 'indexedDbStorage', 43_460, 26_450],
  [ALL, 'memoryStorage', 45_730, 28_770],
  [ALL, 'indexedDbStorage', 47_230, 30_270],
]

it.each(BUDGETS)(
  'an application with %j and %s pays no more than it did',
  async (clients, storage, ...most) => {
    const program = `
    import { ${clients.join(', ')}, ${storage} } from 'latchkey'
    const storage = ${storage}()
    globalThis.clients = [${clients.map((client) => CLIENTS[client]).join(', ')}]`
    const whole = await bundle(program)
    const own = await bundle(program, DEPENDENCIES)
    const paid = [whole.gzip, own.gzip]
    process.stdout.write(
      `${clients.join(', ')} + ${storage}: ${paid.join(', without dependencies ')} B gzip\n`,
    )
    expect(paid.filter((bytes, index) => bytes > (most[index] ?? 0))).toEqual([])
  },
)
