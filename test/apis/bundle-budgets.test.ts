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
  [['SaferMeClient'], 'memoryStorage', 34_820, 18_660],
  [['SaferMeClient'], 'indexedDbStorage', 36_310, 20_180],
  [['KomsClient'], 'memoryStorage', 34_920, 18_730],
  [['KomsClient'], 'indexedDbStorage', 36_410, 20_240],
  [['ZelfClient'], 'memoryStorage', 33_990, 18_070],
  [['ZelfClient'], 'indexedDbStorage', 35_460, 19_580],
  [['ClerkClient'], 'memoryStorage', 41_750, 24_800],
  [['ClerkClient'], 'indexedDbStorage', 43_240, 26_280],
  [ALL, 'memoryStorage', 45_530, 28_560],
  [ALL, 'indexedDbStorage', 47_030, 30_080],
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
