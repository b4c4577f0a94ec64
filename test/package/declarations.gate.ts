import { cp, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { ROOT, run, USER } from './packed.ts'

const COMPILERS = {
  '5.9': 'test/package/node_modules/typescript-5.9',
  '6': 'node_modules/typescript',
  '7': 'test/package/node_modules/typescript-7',
}

/** Where a program may run, and what types it has there. */
const PLATFORMS = {
  'a browser': { lib: ['es2022', 'dom'], types: [] },
  Node: { lib: ['es2022'], types: ['node'] },
}

/** How a program finds the package; one of them under the stricter rules that a program may have. */
const RESOLUTIONS = {
  bundler: { module: 'esnext', moduleResolution: 'bundler', exactOptionalPropertyTypes: true },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
}

const commonJs = `import latchkey = require('latchkey')
export const client: latchkey.SaferMeClient = new latchkey.SaferMeClient()
`

/** The folders in which the package lies alone, by platform: nothing that it depends on is there. */
const folders = new Map<string, string>()

beforeAll(async () => {
  for (const platform of Object.keys(PLATFORMS)) {
    const folder = await mkdtemp(`${inject('installed')}-alone-`)
    await cp(USER, folder, { recursive: true })
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    await lay(folder, 'latchkey', inject('installed'))
    folders.set(platform, folder)
  }
  const node = folders.get('Node') ?? ''
  for (const name of ['@types/node', 'undici-types']) await lay(node, name, ROOT)
})

/** Copies a package from one folder's `node_modules` to another's. */
async function lay(folder: string, name: string, from: string): Promise<void> {
  const path = join('node_modules', name)
  await cp(join(from, path), join(folder, path), { recursive: true })
}

describe.each(Object.keys(COMPILERS))('in a program of TypeScript %s', (version) => {
  const compiler = join(ROOT, COMPILERS[version as keyof typeof COMPILERS], 'bin/tsc')

  it('is that version', async () => {
    const { stdout } = await run(process.execPath, [compiler, '--version'])
    expect(stdout).toMatch(new RegExp(`^Version ${version}\\.`))
  })

  describe.each(Object.keys(PLATFORMS))('for %s', (platform) => {
    it.each(Object.keys(RESOLUTIONS))(
      'the declarations need nothing but themselves: %s',
      async (resolution) => {
        const folder = folders.get(platform) ?? ''
        const project = join(folder, `tsconfig.${version}.${resolution}.json`)
        const compilerOptions = {
          ...PLATFORMS[platform as keyof typeof PLATFORMS],
          ...RESOLUTIONS[resolution as keyof typeof RESOLUTIONS],
          target: 'es2022',
          strict: true,
          skipLibCheck: false,
          noEmit: true,
        }
        const files = (await readdir(folder)).filter((name) => name.endsWith('.ts'))
        if (resolution === 'nodenext') {
          await writeFile(join(folder, 'common-js.cts'), commonJs)
          files.push('common-js.cts')
        }
        await writeFile(project, JSON.stringify({ compilerOptions, files }))
        const found = await run(process.execPath, [compiler, '--project', project], { cwd: folder }).catch(
          ({ stdout }: { readonly stdout: string }) => ({ stdout }),
        )
        expect(found.stdout).toBe('')
      },
    )
  })
})

it('what is tried is what there is: each client, storage, fake and contract', async () => {
  const entries = ['index.d.ts', 'testing/index.d.ts'].map((path) =>
    readFile(join(inject('installed'), 'node_modules/latchkey/dist', path), 'utf8'),
  )
  const exported = (await Promise.all(entries))
    .flatMap((text) => [...text.matchAll(/^export \{([^}]*)\}/gm)])
    .flatMap(([, names = '']) => names.match(/\w+/g) ?? [])
  const [...paths] = await readdir(USER)
  const programs = (await Promise.all(paths.map((path) => readFile(join(USER, path), 'utf8')))).join('\n')
  const wanted = exported.filter((name) => /(Client|Pool|Storage|Contract)$|^fake/.test(name))
  expect(wanted.length).toBeGreaterThan(10)
  expect(wanted.filter((name) => !new RegExp(`\\b${name}\\(`).test(programs))).toEqual([])
})
