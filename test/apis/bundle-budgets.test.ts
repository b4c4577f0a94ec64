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
  [['SaferMeClient'], 'memoryStorage', 33_200, 19_070],
  [['SaferMeClient'], 'indexedDbStorage', 34_700, 20_570],
  [['KomsClient'], 'memoryStorage', 33_180, 19_160],
  [['KomsClient'], 'indexedDbStorage', 34_670, 20_670],
  [['ZelfClient'], 'memoryStorage', 32_490, 18_460],
  [['ZelfClient'], 'indexedDbStorage', 33_980, 19_940],
  [['ClerkClient'], 'memoryStorage', 39_940, 25_290],
  [['ClerkClient'], 'indexedDbStorage', 41_410, 26_800],
  [ALL, 'memoryStorage', 43_620, 29_070],
  [ALL, 'indexedDbStorage', 45_150, 30_580],
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
