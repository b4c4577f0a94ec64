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
  [['SaferMeClient'], 'memoryStorage', 33_240, 19_120],
  [['SaferMeClient'], 'indexedDbStorage', 34_740, 20_610],
  [['KomsClient'], 'memoryStorage', 33_220, 19_200],
  [['KomsClient'], 'indexedDbStorage', 34_710, 20_700],
  [['ZelfClient'], 'memoryStorage', 32_530, 18_500],
  [['ZelfClient'], 'indexedDbStorage', 34_010, 19_980],
  [['ClerkClient'], 'memoryStorage', 39_980, 25_340],
  [['ClerkClient'], 'indexedDbStorage', 41_450, 26_840],
  [ALL, 'memoryStorage', 43_660, 29_110],
  [ALL, 'indexedDbStorage', 45_190, 30_620],
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
