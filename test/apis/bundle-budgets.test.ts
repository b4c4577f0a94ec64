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
  [['SaferMeClient'], 'memoryStorage', 33_280, 19_170],
  [['SaferMeClient'], 'indexedDbStorage', 34_780, 20_660],
  [['KomsClient'], 'memoryStorage', 33_240, 19_230],
  [['KomsClient'], 'indexedDbStorage', 34_730, 20_730],
  [['ZelfClient'], 'memoryStorage', 32_560, 18_530],
  [['ZelfClient'], 'indexedDbStorage', 34_050, 20_020],
  [['ClerkClient'], 'memoryStorage', 40_000, 25_350],
  [['ClerkClient'], 'indexedDbStorage', 41_470, 26_850],
  [ALL, 'memoryStorage', 43_690, 29_130],
  [ALL, 'indexedDbStorage', 45_210, 30_670],
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
