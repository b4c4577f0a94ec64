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
  [['SaferMeClient'], 'memoryStorage', 34_850, 18_700],
  [['SaferMeClient'], 'indexedDbStorage', 36_350, 20_230],
  [['KomsClient'], 'memoryStorage', 34_950, 18_770],
  [['KomsClient'], 'indexedDbStorage', 36_440, 20_280],
  [['ZelfClient'], 'memoryStorage', 34_030, 18_120],
  [['ZelfClient'], 'indexedDbStorage', 35_500, 19_620],
  [['ClerkClient'], 'memoryStorage', 41_810, 24_860],
  [['ClerkClient'], 'indexedDbStorage', 43_310, 26_350],
  [ALL, 'memoryStorage', 45_580, 28_620],
  [ALL, 'indexedDbStorage', 47_100, 30_160],
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
