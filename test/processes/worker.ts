/**
 * One process of a fleet: it fetches with a session that it shares with the others until it is told to end, and tells
 * of what it sees. Run by `fork`, with an {@link Assignment} as its argument.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { isLatchkeyError } from '../../src/apis/any-latchkey-error.ts'
import { SaferMeClient } from '../../src/apis/saferme/client.ts'
import { fileStorage } from '../../src/storage/file-storage.ts'
import { redisStorage } from '../../src/storage/redis-storage.ts'
import type { TokenStorage } from '../../src/storage/token-storage.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'

/** Where the tokens are that the processes share. */
export type Place =
  | { readonly kind: 'files'; readonly folder: string }
  | { readonly kind: 'redis'; readonly url: string }

export interface Assignment {
  readonly name: string
  readonly baseUrl: string
  readonly place: Place
  /** Which of the clients of Redis it has, and which rests it takes. */
  readonly turn: number
  /** About how long it rests between two calls, in milliseconds. */
  readonly restMs: number
}

export type Order = 'sign in' | 'end'

/** What a process tells. */
export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'signed in' }
  | { readonly kind: 'fetched'; readonly status: number }
  | { readonly kind: 'failed'; readonly code: string }
  | { readonly kind: 'event'; readonly event: string; readonly reason?: string }

interface Connected {
  readonly storage: TokenStorage
  close(): Promise<unknown>
}

async function connect(place: Place, turn: number): Promise<Connected> {
  if (place.kind === 'files') return { storage: fileStorage(place.folder), close: async () => {} }
  if (turn % 3 === 0) {
    const { createClient } = await import('redis')
    const client = createClient({ url: place.url }).on('error', () => {})
    await client.connect()
    return { storage: redisStorage(client), close: () => client.close() }
  }
  const { Redis } = turn % 3 === 1 ? await import('ioredis') : ((await import('ioredis-6')) as never)
  const client = new Redis(place.url)
  client.on('error', () => {})
  return { storage: redisStorage(client), close: () => client.quit() }
}

async function work({ name, baseUrl, place, turn, restMs }: Assignment): Promise<void> {
  const tell = (report: Report): void => void process.send?.(report)
  const { storage, close } = await connect(place, turn)
  const client = new SaferMeClient({ storage, baseUrl, headers: { 'x-worker': name } })
  const { session } = client
  for (const event of ['refreshed', 'adopted', 'restored', 'refreshFailed', 'storageFailed'] as const)
    session.on(event, () => tell({ kind: 'event', event }))
  session.on('ended', ({ reason }) => tell({ kind: 'event', event: 'ended', reason }))
  const unsubscribe = session.subscribe(() => {})

  const ending = new AbortController()
  process.on('message', (order: Order) => {
    if (order === 'end') ending.abort()
    else
      client.createSession({ email: 'ada@example.com', password: 'correct horse' }).then(
        () => tell({ kind: 'signed in' }),
        (error) => tell({ kind: 'failed', code: `sign in: ${isLatchkeyError(error) ? error.code : error}` }),
      )
  })
  process.on('disconnect', () => process.exit())
  const random = seededRandom(turn)
  tell({ kind: 'ready' })

  while (!ending.signal.aborted) {
    try {
      const response = await client.fetch('/api/v4/things')
      await response.text()
      tell({ kind: 'fetched', status: response.status })
    } catch (error) {
      tell({ kind: 'failed', code: isLatchkeyError(error) ? error.code : String(error) })
    }
    await pause(restMs * (0.5 + random()), undefined, { signal: ending.signal }).catch(() => {})
  }
  unsubscribe()
  await session.close()
  await close()
  process.removeAllListeners('disconnect')
  process.disconnect()
}

await work(JSON.parse(process.argv[2] ?? '') as Assignment)
