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
  [['SaferMeClient'], 'memoryStorage', 33_440, 19_320],
  [['SaferMeClient'], 'indexedDbStorage', 34_940, 20_830],
  [['KomsClient'], 'memoryStorage', 33_390, 19_390],
  [['KomsClient'], 'indexedDbStorage', 34_880, 20_900],
  [['ZelfClient'], 'memoryStorage', 32_720, 18_690],
  [['ZelfClient'], 'indexedDbStorage', 34_220, 20_190],
  [['ClerkClient'], 'memoryStorage', 40_150, 25_520],
  [['ClerkClient'], 'indexedDbStorage', 41_630, 26_990],
  [ALL, 'memoryStorage', 43_840, 29_290],
  [ALL, 'indexedDbStorage', 45_350, 30_810],
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
