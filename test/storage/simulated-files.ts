import type { FileSystem } from '../../src/storage/file-system.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'

/** A failure as the platform reports it. */
export function failure(code: string): Error {
  return Object.assign(new Error(`${code}: /a/path/that/must/not/be/told`), { code })
}

/**
 * A disk in memory that behaves as badly as it may: each call takes effect at a moment that `turn` decides about, and
 * listing a folder takes a moment for each file, so what comes and goes meanwhile may be listed or not.
 */
export function simulatedDisk(seed: number) {
  const random = seededRandom(seed)
  const folders = new Map<string, Map<string, { text: string }>>([['/root', new Map()]])
  const split = (path: string) =>
    [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)] as const
  const folder = (path: string) => {
    const found = folders.get(path)
    if (!found) throw failure('ENOENT')
    return found
  }
  const file = (path: string) => {
    const [where, name] = split(path)
    const found = folder(where).get(name)
    if (!found) throw failure('ENOENT')
    return found
  }
  const names = (path: string) => [
    ...folder(path).keys(),
    ...[...folders.keys()].filter((one) => split(one)[0] === path).map((one) => split(one)[1]),
  ]

  let handles = 0
  const close = async (): Promise<void> => {
    handles--
  }

  /** The file system of one process. */
  const process = (turn: (call: string) => Promise<void>): FileSystem => ({
    access: async (path) => {
      await turn(`access ${path}`)
      if (!folders.has(path)) file(path)
    },
    link: async (existing, path) => {
      await turn(`link ${path}`)
      const [where, name] = split(path)
      const linked = file(existing)
      if (folder(where).has(name)) throw failure('EEXIST')
      folder(where).set(name, linked)
    },
    mkdir: async (path) => {
      await turn(`mkdir ${path}`)
      folders.set(path, new Map())
    },
    open: async (path, flags) => {
      await turn(`open ${path}`)
      if (folders.has(path)) {
        handles++
        return { writeFile: async () => {}, sync: () => turn(`sync ${path}`), close }
      }
      const [where, name] = split(path)
      if (flags === 'wx' && folder(where).has(name)) throw failure('EEXIST')
      const opened = { text: '' }
      handles++
      folder(where).set(name, opened)
      return {
        writeFile: async (text) => {
          await turn(`write ${path}`)
          opened.text = text
        },
        sync: () => turn(`sync ${path}`),
        close,
      }
    },
    readdir: async (path) => {
      await turn(`readdir ${path}`)
      const listed = names(path).sort(() => random() - 0.5)
      const left: string[] = []
      for (const name of listed) {
        if (names(path).includes(name)) left.push(name)
        await turn(`readdir ${path} on`)
      }
      return left
    },
    readFile: async (path) => {
      await turn(`readFile ${path}`)
      return file(path).text
    },
    rename: async (from, to) => {
      await turn(`rename ${to}`)
      if (folders.get(to)?.size) throw failure('ENOTEMPTY')
      folders.set(to, folder(from))
      folders.delete(from)
    },
    rm: async (path) => {
      await turn(`rm ${path}`)
      const [where, name] = split(path)
      if (!folders.delete(path)) folders.get(where)?.delete(name)
    },
    stat: async () => ({ mode: 0o700 }),
    unlink: async (path) => {
      await turn(`unlink ${path}`)
      file(path)
      const [where, name] = split(path)
      folder(where).delete(name)
    },
  })

  return {
    process,
    /** How many files and folders are open. */
    get handles() {
      return handles
    },
    /** Every file that there is, by path. */
    get files() {
      return [...folders]
        .flatMap(([path, files]) => [...files.keys()].map((name) => `${path}/${name}`))
        .sort()
    },
  }
}

interface Pending {
  readonly process: number
  readonly go: () => void
}

/**
 * Lets processes take their turns one by one: always the most urgent one that wants one, until it falls asleep, at turns
 * that chance decides about, and wakes when nobody else wants one any more.
 */
export function simulatedMachine(seed: number, processes: number, turns: number, sleeps: number) {
  const random = seededRandom(seed)
  const pick = (count: number) => Math.floor(random() * count)
  const urgency = Array.from({ length: processes }, random)
  const sleepAt = new Set(Array.from({ length: sleeps }, () => pick(turns)))
  const dead = new Set<number>()
  let pending: Pending[] = []
  let taken = 0
  return {
    turn: (process: number) => () => new Promise<void>((go) => void pending.push({ process, go })),
    /** Runs until nobody wants a turn any more. With `killing` processes die instead of falling asleep. */
    run: async (killing = false) => {
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve))
        pending = pending.filter(({ process }) => !dead.has(process))
        const urgent = ({ process }: Pending) => urgency[process] ?? 0
        const [next] = pending.toSorted((a, b) => urgent(b) - urgent(a))
        if (!next) return
        if (sleepAt.has(taken++)) {
          if (killing && random() < 0.5) dead.add(next.process)
          else urgency[next.process] = -taken
          continue
        }
        pending = pending.filter((one) => one !== next)
        next.go()
      }
    },
  }
}
