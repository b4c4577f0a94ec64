import { appendFile, cp, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { ROOT, run, USER } from './packed.ts'

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

/** Runs Deno without a network, and without anything that it may keep from one time to the next. */
async function deno(folder: string, ...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const program = join(ROOT, 'test/package/node_modules/deno/bin.cjs')
  const env = { ...process.env, DENO_DIR: join(folder, '.deno'), DENO_NO_UPDATE_CHECK: '1' }
  return run(process.execPath, [program, ...args], { cwd: folder, env })
}

describe('for Deno', () => {
  it('the installed package signs in with each client, and asks for no permission', async () => {
    const folder = inject('installed')
    await cp(join(USER, 'sign-in.js'), join(folder, 'deno.js'))
    await appendFile(join(folder, 'deno.js'), 'console.log(JSON.stringify(await signIn()))')
    const { stdout } = await deno(folder, 'run', '--no-prompt', '--no-remote', 'deno.js')
    expect(JSON.parse(stdout)).toEqual([200, 'ada@example.com', 200, true])
  })

  it('the sources can be published to JSR as they are, with types that need no inference', async () => {
    const folder = await mkdtemp(`${inject('installed')}-jsr-`)
    for (const path of ['src', 'package.json', 'README.md', 'LICENSE']) {
      await cp(join(ROOT, path), join(folder, path), { recursive: true })
    }
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    const manifest: Manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
    await writeFile(join(folder, 'jsr.json'), JSON.stringify(jsrOf(manifest)))
    // Deno takes mitt's types for CommonJS. The sources have been compiled elsewhere.
    const { stderr } = await deno(folder, 'publish', '--dry-run', '--allow-dirty', '--no-check')
    expect(stderr).toContain('Success')
    expect(stderr).not.toMatch(/warning/i)
  })
})
