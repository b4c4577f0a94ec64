import { StorageError } from '../errors/storage-error.ts'
import { codeOf } from '../support/error-code.ts'
import type { FileSystem } from './file-system.ts'

/** A value in a folder of its own. */
export interface FileRegister {
  /** The value; `null`: there is none. */
  read(): Promise<string | null>
  /** Compare and set. `false`: the value isn't `expected`, and nothing was written. */
  replace(expected: string | null, next: string): Promise<boolean>
  /** The number of the newest version; 0: there is none. It may be a moment old. */
  newest(): Promise<number>
}

interface Version {
  readonly number: number
  readonly value: string
}

const OWNER_ONLY_FOLDER = 0o700
const OWNER_ONLY_FILE = 0o600
/** Each look in vain means that somebody has just written: so many in a row mean that something else is wrong. */
const MOST_LOOKS = 100
/** Whoever loses a race finds another value afterwards, but for rare chances. */
const MOST_RACES_LOST = 20

/**
 * One value that any number of processes write by compare and set, without a lock. Whoever dies at whatever point
 * leaves the old value or the new one.
 *
 * - The folder holds versions: files named 1, 2, 3 and so on. The highest one is the value. None is ever changed.
 * - A writer makes a draft of the next version, `<number>-<unique>`, sees it onto the disk, and links it to its number,
 *   which fails if somebody was faster. The first version comes with the folder, which is renamed into its place.
 * - Then it removes what is older: first all drafts up to its number, then the versions, from the lowest up.
 *
 * A writer that has slept must not get a number that was taken and removed meanwhile. So between making its draft and
 * linking it, it sees that its number is free, and then that the one before is still there. Versions go from the lowest
 * up, so its number had never been taken by then; and whoever removes it later removes the draft first, which can
 * then be linked no more.
 *
 * A listing is no picture of one moment: the newest version may have gone while it was made, and its successor come.
 * But then all that were listed have gone before it. So a listed version that can be read was the newest meanwhile.
 */
export function fileRegister(fs: FileSystem, root: string, name: string): FileRegister {
  const folder = `${root}/${name}`
  const path = (file: number | string): string => `${folder}/${file}`

  const current = async (): Promise<Version | null> => {
    let empty = true
    for (let look = 0; look < MOST_LOOKS; look++) {
      const files = await missing(fs.readdir(folder))
      if (!files) return null
      const number = highest(files)
      if (number === 0) continue
      const value = await missing(fs.readFile(path(number), 'utf8'))
      if (value !== undefined) return { number, value }
      empty = false
    }
    if (empty) return null
    throw new StorageError('failed', 'The files change faster than they can be read')
  }

  /** Puts the first version into place, and the folder with it. */
  const begin = async (value: string): Promise<boolean> => {
    const draft = `${folder}.${crypto.randomUUID()}`
    try {
      await fs.mkdir(draft, { recursive: true, mode: OWNER_ONLY_FOLDER })
      await write(fs, `${draft}/1`, value)
      await fs.rename(draft, folder)
    } catch (error) {
      await remove(draft)
      if (await exists(fs, folder)) return false
      throw error
    }
    await sync(fs, root)
    const drafts = (await fs.readdir(root)).filter((file) => file.startsWith(`${name}.`))
    for (const file of drafts) await remove(`${root}/${file}`)
    return true
  }

  /** Puts version `number` into place if the one before it is the newest. */
  const succeed = async (number: number, value: string): Promise<boolean> => {
    const draft = path(`${number}-${crypto.randomUUID()}`)
    try {
      await write(fs, draft, value)
      if ((await exists(fs, path(number))) || !(await exists(fs, path(number - 1)))) return false
      await fs.link(draft, path(number))
    } catch (error) {
      if (codeOf(error) === 'EEXIST' || codeOf(error) === 'ENOENT') return false
      throw error
    } finally {
      await remove(draft)
    }
    await sync(fs, folder)
    // What can't be removed now is removed by the next writer.
    await sweep(number).catch(() => {})
    return true
  }

  const sweep = async (number: number): Promise<void> => {
    const files = await fs.readdir(folder)
    const drafts = files.filter((file) => file.includes('-') && Number.parseInt(file, 10) <= number)
    const older = versionsIn(files).filter((version) => version < number)
    for (const file of [...drafts, ...older.sort((a, b) => a - b)]) await missing(fs.unlink(path(file)))
  }

  const remove = (draft: string): Promise<void> =>
    fs.rm(draft, { recursive: true, force: true }).catch(() => {})

  return {
    read: async () => (await current())?.value ?? null,
    newest: async () => highest((await missing(fs.readdir(folder))) ?? []),
    replace: async (expected, next) => {
      for (let race = 0; race < MOST_RACES_LOST; race++) {
        const found = await current()
        if ((found?.value ?? null) !== expected) return false
        if (await (found ? succeed(found.number + 1, next) : begin(next))) return true
      }
      throw new StorageError('failed', 'The files never keep what is written to them')
    },
  }
}

/** Writes a file that is not there yet, and waits until it is on the disk. */
async function write(fs: FileSystem, path: string, text: string): Promise<void> {
  const file = await fs.open(path, 'wx', OWNER_ONLY_FILE)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Waits until what a folder lists is on the disk, where the platform has a way to. */
async function sync(fs: FileSystem, folder: string): Promise<void> {
  try {
    const opened = await fs.open(folder, 'r')
    await opened.sync().finally(() => opened.close())
  } catch {
    // Windows opens no folder, and keeps its own order.
  }
}

async function exists(fs: FileSystem, path: string): Promise<boolean> {
  return (await missing(fs.access(path).then(() => true))) ?? false
}

/** What was found; `undefined` where there is nothing. */
async function missing<T>(access: Promise<T>): Promise<T | undefined> {
  try {
    return await access
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function versionsIn(files: readonly string[]): number[] {
  return files.filter((file) => /^\d+$/.test(file)).map(Number)
}

function highest(files: readonly string[]): number {
  return Math.max(0, ...versionsIn(files))
}
