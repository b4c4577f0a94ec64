import { indexedDbStorage, webStorage } from 'latchkey'

const storages = { indexedDb: indexedDbStorage, local: () => webStorage('local') } as const

export type SharedKind = keyof typeof storages

/** Adds one so often, each time under the lock, and answers how often the write was refused. */
export async function increment(kind: SharedKind, times: number): Promise<number> {
  const storage = storages[kind]()
  let refused = 0
  for (let done = 0; done < times; done++) {
    await storage.exclusive(
      'count',
      async () => {
        const before = await storage.read('count')
        if (!(await storage.replace('count', before, String(Number(before) + 1)))) refused++
      },
      { waitMs: 60_000 },
    )
  }
  return refused
}

/** Adds one so often without the lock, trying again while others come first, and answers how often they did. */
export async function compete(kind: SharedKind, times: number): Promise<number> {
  const storage = storages[kind]()
  let refused = 0
  for (let done = 0; done < times; ) {
    const before = await storage.read('count')
    if (await storage.replace('count', before, String(Number(before) + 1))) done++
    else refused++
  }
  return refused
}

/** What the count is, for whoever holds the lock. */
export function count(kind: SharedKind): Promise<number> {
  const storage = storages[kind]()
  return storage.exclusive('count', async () => Number(await storage.read('count')), { waitMs: 60_000 })
}
