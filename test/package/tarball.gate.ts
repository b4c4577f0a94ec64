import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { describe, expect, inject, it } from 'vitest'
import { ROOT, run } from './packed.ts'

/** The files under a folder, as paths from there. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
}

/** What of `paths` is not in `list`. */
function missing(list: readonly string[], paths: readonly string[]): readonly string[] {
  return paths.filter((path) => !list.includes(path))
}

const ENTRIES = ['dist/index.js', 'dist/testing/index.js']

describe('the tarball', () => {
  it('holds a file for each entry, the types of each source file, and nothing left over', async () => {
    const sources = await filesIn(join(ROOT, 'src'))
    const types = sources.map((path) => `dist/${path.replace(/\.ts$/, '.d.ts')}`)
    const expected = ['LICENSE', 'README.md', 'package.json', ...ENTRIES, ...types]
    const packed = await filesIn(join(inject('installed'), 'node_modules/latchkey'))
    expect(missing(expected, packed), 'in the tarball, though nobody put it there').toEqual([])
    expect(missing(packed, expected), 'not in the tarball').toEqual([])
  })

  it('has each class once, so that `instanceof` holds between its entries', async () => {
    const codes = ENTRIES.map((path) =>
      readFile(join(inject('installed'), 'node_modules/latchkey', path), 'utf8'),
    )
    const [main, testing] = (await Promise.all(codes)).map((code) => [...(code.match(/^class \w+/gm) ?? [])])
    expect(main).toContain('class ApiError')
    expect(testing?.filter((name) => main?.includes(name))).toEqual([])
  })

  it('is found by whoever looks it up: publint has nothing to say', async () => {
    const tarball = Uint8Array.from(await readFile(inject('tarball'))).buffer
    const { messages } = await publint({ pack: { tarball }, strict: true })
    expect(messages).toEqual([])
  })

  it('has types that are those of what is imported: nor has attw', async () => {
    const cli = fileURLToPath(import.meta.resolve('@arethetypeswrong/cli/package.json'))
    const attw = join(dirname(cli), 'dist/index.js')
    const { stdout } = await run(process.execPath, [
      attw,
      inject('tarball'),
      '--profile',
      'esm-only',
      '--format',
      'ascii',
    ])
    expect(stdout).toContain('node16 (from ESM): 🟢 (ESM)')
  })
})
