import { cp, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, inject, it } from 'vitest'
import { ROOT, run } from '../package/packed.ts'
import { programOf } from './programs.ts'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>
}

/** What JSR wants to know, told from what npm is told. */
function jsrOf({ name, version, license, exports }: Manifest): object {
  const sources = Object.entries(exports).flatMap(([path, target]) =>
    typeof target === 'string'
      ? []
      : [[path, target.types.replace('/dist/', '/src/').replace('.d.ts', '.ts')]],
  )
  return {
    name: `@${name}/${name}`,
    version,
    license,
    exports: Object.fromEntries(sources),
    publish: { include: ['src', 'README.md', 'LICENSE'] },
  }
}

const deno = programOf('deno')

it.skipIf(!deno)(
  'the sources can be published to JSR as they are, with types that need no inference',
  async () => {
    const folder = await mkdtemp(`${inject('installed')}-jsr-`)
    for (const path of ['src', 'package.json', 'README.md', 'LICENSE']) {
      await cp(join(ROOT, path), join(folder, path), { recursive: true })
    }
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    const manifest: Manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
    await writeFile(join(folder, 'jsr.json'), JSON.stringify(jsrOf(manifest)))
    const env = { ...process.env, DENO_DIR: join(folder, '.deno'), DENO_NO_UPDATE_CHECK: '1' }
    // Deno takes mitt's types for CommonJS. The sources have been compiled elsewhere.
    const publish = ['publish', '--dry-run', '--allow-dirty', '--no-check']
    const { stderr } = await run(deno ?? '', publish, { cwd: folder, env })
    expect(stderr).toContain('Success')
    expect(stderr).not.toMatch(/warning/i)
  },
)
