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

/** The most bytes with gzip, of it all and without the dependencies. Raised only in the commit that needs it. */
const BUDGETS: readonly (readonly [clients: readonly Client[], whole: number, own: number])[] = [
  [['SaferMeClient'], 36_370, 20_230],
  [['KomsClient'], 36_470, 20_290],
  [['ZelfClient'], 35_520, 19_630],
  [['ClerkClient'], 43_310, 26_310],
  [ALL, 47_090, 30_120],
]

it.each(BUDGETS)(
  'an application with %j and indexedDbStorage pays no more than it did',
  async (clients, ...most) => {
    const program = `
    import { ${clients.join(', ')}, indexedDbStorage } from 'latchkey'
    const storage = indexedDbStorage()
    globalThis.clients = [${clients.map((client) => CLIENTS[client]).join(', ')}]`
    const whole = await bundle(program)
    const own = await bundle(program, DEPENDENCIES)
    const paid = [whole.gzip, own.gzip]
    process.stdout.write(
      `${clients.join(', ')} + indexedDbStorage: ${paid.join(', without dependencies ')} B gzip\n`,
    )
    expect(paid.filter((bytes, index) => bytes > (most[index] ?? 0))).toEqual([])
  },
)
