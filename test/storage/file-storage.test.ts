import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { ConfigurationError } from '../../src/errors/configuration-error.ts'
import { StorageError } from '../../src/errors/storage-error.ts'
import { fileStorage } from '../../src/storage/file-storage.ts'
import type { FileSystem } from '../../src/storage/file-system.ts'
import { storageContract } from '../../src/testing/index.ts'
import { failure } from './simulated-files.ts'

const removing = { recursive: true, force: true, maxRetries: 20, retryDelay: 20 }

async function freshFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-files-'))
  return { folder, dispose: () => rm(folder, removing) }
}

async function folderOfTest() {
  const { folder, dispose } = await freshFolder()
  onTestFinished(dispose)
  return folder
}

const thrown = (call: unknown): Promise<unknown> =>
  Promise.resolve(call).then(
    () => undefined,
    (error: unknown) => error,
  )

/** Every file and folder under `folder`, by path from there, with its mode. */
async function tree(folder: string) {
  const paths = await readdir(folder, { recursive: true })
  const modes = await Promise.all(paths.map(async (path) => (await stat(join(folder, path))).mode & 0o777))
  return paths.map((path, index) => [path, modes[index]] as const)
}

/** Has the file system of this process do what `faults` says for the rest of the test. */
function faulty(faults: (real: FileSystem) => Partial<FileSystem>) {
  const load = process.getBuiltinModule
  vi.spyOn(process, 'getBuiltinModule').mockImplementation(((name: string) => {
    const real = load(name)
    return name === 'node:fs/promises' ? { ...real, ...faults(real as never) } : real
  }) as never)
}

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

describe.for([
  ['in one process', (folder: string) => folder],
  [
    // Another way to the same folder has a line of its own, as another process does.
    'as from another process',
    async (folder: string) => {
      await symlink(folder, `${folder}-link`)
      return `${folder}-link`
    },
  ],
] as const)('fileStorage keeps the storage contract %s', ([, another]) => {
  const make = async () => {
    const { folder, dispose } = await freshFolder()
    const link = await another(folder)
    return {
      storage: fileStorage(folder, { pollMs: 20 }),
      other: fileStorage(link, { pollMs: 20 }),
      dispose: async () => {
        await dispose()
        await rm(link, removing)
      },
    }
  }
  for (const { name, run } of storageContract(make, { boundMs: 5000 })) it(name, run, 60_000)
})

describe('fileStorage', () => {
  it('lets nobody but the owner open what it keeps, whatever the umask says', async () => {
    const folder = join(await folderOfTest(), 'a', 'b')
    const before = process.umask(0)
    try {
      const storage = fileStorage(folder)
      await storage.replace('key', null, 'first')
      await storage.replace('key', 'first', 'second')
      await storage.exclusive('key', async () => {}, { waitMs: 1000 })
    } finally {
      process.umask(before)
    }
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    const found = await tree(folder)
    expect(found.length).toBeGreaterThanOrEqual(4)
    for (const [path, mode] of found) expect([path, mode]).toEqual([path, /\/\d+/.test(path) ? 0o600 : 0o700])
  })

  it('leaves nothing but the value and the lock, and no token in a name', async () => {
    const folder = await folderOfTest()
    const storage = fileStorage(folder)
    await storage.replace('KEY-SECRET', null, '0')
    for (let write = 0; write < 5; write++)
      await storage.replace('KEY-SECRET', String(write), String(write + 1))
    const paths = (await tree(folder)).map(([path]) => path)
    expect(paths).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}-value$/),
      expect.stringMatching(/^[0-9a-f]{64}-value\/6$/),
    ])
    expect(await readFile(join(folder, paths[1] ?? ''), 'utf8')).toBe('5')
  })

  it('keeps keys apart that no encoding tells apart', async () => {
    const storage = fileStorage(await folderOfTest())
    expect(await storage.replace('\ud800', null, 'one')).toBe(true)
    expect(await storage.replace('\ud801', null, 'other')).toBe(true)
    expect(await storage.read('\ud800')).toBe('one')
  })

  it('takes keys of any length', async () => {
    const storage = fileStorage(await folderOfTest())
    const key = 'x'.repeat(10_000)
    expect(await storage.replace(key, null, 'long')).toBe(true)
    expect(await storage.replace(`${key}x`, null, 'longer')).toBe(true)
    expect(await storage.read(key)).toBe('long')
  })

  it('refuses a folder that everybody may write to, where others could plant a session', async () => {
    const folder = join(await folderOfTest(), 'open')
    await mkdir(folder)
    await chmod(folder, 0o777)
    const storage = fileStorage(folder)
    for (const call of [
      () => storage.read('key'),
      () => storage.replace('key', null, 'value'),
      () => storage.exclusive('key', async () => expect.unreachable(), { waitMs: 100 }),
    ]) {
      expect(await thrown(call())).toBeInstanceOf(ConfigurationError)
    }
    await chmod(folder, 0o755)
    expect(await storage.replace('key', null, 'value')).toBe(true)
  })

  it.each([
    ['ENOSPC', 'failed'],
    ['EDQUOT', 'failed'],
    ['EIO', 'failed'],
    ['EROFS', 'unavailable'],
    ['EACCES', 'unavailable'],
  ])(
    'keeps what it had when a write ends with %s, tells of it, and works again afterwards',
    async (code, how) => {
      const folder = await folderOfTest()
      const storage = fileStorage(folder)
      const failing = async () => {
        throw failure(code)
      }
      const write = (expected: string | null, next: string) => thrown(storage.replace('key', expected, next))
      const refused = (error: unknown) => {
        expect(error).toBeInstanceOf(StorageError)
        expect(error).toMatchObject({ failure: how, message: expect.stringContaining(code) })
        expect((error as Error).cause).toBeUndefined()
        expect((error as Error).message).not.toContain('/')
      }
      const halfWritten = (real: FileSystem): Partial<FileSystem> => ({
        open: async (path, flags, mode) => {
          const file = await real.open(path, flags, mode)
          return {
            writeFile: async (text) => {
              await file.writeFile(text.slice(0, 2))
              await failing()
            },
            sync: () => file.sync(),
            close: () => file.close(),
          }
        },
      })
      for (const expected of [null, 'kept']) {
        for (const faults of [
          halfWritten,
          () => ({ open: failing }),
          () => ({ link: failing, rename: failing }),
        ]) {
          faulty(faults)
          refused(await write(expected, 'lost'))
          vi.restoreAllMocks()
          expect(await storage.read('key')).toBe(expected)
          expect((await tree(folder)).length).toBe(expected ? 2 : 0)
        }
        await storage.replace('key', expected, 'kept')
      }
      expect(await write('kept', 'next')).toBeUndefined()
      expect(await storage.read('key')).toBe('next')
    },
  )

  it('tells a lock that can not be written from one that is held', async () => {
    const storage = fileStorage(await folderOfTest())
    faulty(() => ({
      mkdir: async () => {
        throw failure('ENOSPC')
      },
    }))
    const error = await thrown(storage.exclusive('key', async () => expect.unreachable(), { waitMs: 1000 }))
    expect(error).toMatchObject({ code: 'storage', failure: 'failed' })
  })

  it("passes a task's own error on as it is, whatever it looks like", async () => {
    const storage = fileStorage(await folderOfTest())
    const own = failure('ENOSPC')
    expect(await thrown(storage.exclusive('key', () => Promise.reject(own), { waitMs: 1000 }))).toBe(own)
  })

  it('says so where there are no files: in a browser, in an edge runtime', async () => {
    for (const platform of [undefined, {}, { getBuiltinModule: () => undefined }]) {
      vi.stubGlobal('process', platform)
      const storage = fileStorage('/nowhere')
      const calls = [
        thrown(storage.read('key')),
        thrown(storage.replace('key', null, 'value')),
        thrown(storage.exclusive('key', async () => {}, { waitMs: 100 })),
      ]
      const stop = storage.watch?.('key', () => {})
      const errors = await Promise.all(calls)
      stop?.()
      vi.unstubAllGlobals()
      for (const error of errors) expect(error).toBeInstanceOf(ConfigurationError)
    }
  })

  it('calls a watcher once when it has begun to look, then at each change and at nothing else', async () => {
    const storage = fileStorage(await folderOfTest(), { pollMs: 5 })
    const heard = { one: 0, other: 0 }
    const stop = storage.watch?.('one', () => {
      heard.one++
      throw new Error('a mistake of the listener’s')
    })
    const stopOther = storage.watch?.('other', () => void heard.other++)
    const write = async (key: 'one' | 'other', value: string) => {
      await storage.replace(key, await storage.read(key), value)
    }
    // Whoever hears of two changes after it has looked twice, as the other has meanwhile.
    const others = async (then: typeof heard) => {
      for (const value of ['a', 'b']) {
        const before = heard.other
        await write('other', value)
        await vi.waitFor(() => expect(heard.other).toBe(before + 1), { timeout: 10_000, interval: 1 })
      }
      expect(heard).toEqual(then)
    }
    await vi.waitFor(() => expect(heard).toEqual({ one: 1, other: 1 }), { timeout: 10_000 })
    await others({ one: 1, other: 3 })
    await write('one', '1')
    await vi.waitFor(() => expect(heard.one).toBe(2), { timeout: 10_000 })
    stop?.()
    await write('one', '2')
    await others({ one: 2, other: 5 })
    stopOther?.()
  })

  it('keeps no process alive that still watches', async () => {
    const source = new URL('../../src/storage/file-storage.ts', import.meta.url).href
    const program = `
      import { fileStorage } from ${JSON.stringify(source)}
      fileStorage(${JSON.stringify(await folderOfTest())}).watch('key', () => {})`
    const { status, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      timeout: 20_000,
    })
    expect([status, signal]).toEqual([0, null])
  })
})
