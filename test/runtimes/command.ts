import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../package/packed.ts'
import { bundleCommand } from './bundle.ts'
import { type Installed, programOf } from './programs.ts'
import type { Runtime } from './runtime.ts'

/** How long a run may take on a machine that has a lot to do. */
const BOUND_MS = 60_000

type Flags = (folder: string, url: string) => readonly string[]

/**
 * A runtime that is a command, and finds the installed package by itself.
 *
 * @param flags what comes before the program that it runs
 */
function command(
  name: string,
  program: string | undefined,
  pinned: boolean,
  flags: Flags = () => [],
): Runtime {
  return {
    name,
    program,
    pinned,
    run: async (program, place, installed) => {
      const file = join(installed, 'core.js')
      await writeFile(file, await bundleCommand())
      await mkdir(place.folder, { recursive: true })
      const env = { ...process.env, DENO_DIR: join(installed, '.deno'), DENO_NO_UPDATE_CHECK: '1' }
      const args = [...flags(place.folder, place.url), file, JSON.stringify(place)]
      const { stdout } = await run(program, args, { cwd: installed, env, timeout: BOUND_MS })
      const told = await run(program, ['--version'], { env })
      const [version = ''] = /\d+\.\d+\.\d+/.exec(told.stdout) ?? []
      return { version, ...JSON.parse(stdout) }
    },
  }
}

const installed = (name: string, runtime: Installed, flags?: Flags): Runtime =>
  command(name, programOf(runtime), true, flags)

/** Node from the first version that the package says it runs on, Bun without a registry, Deno with the least that it can be allowed. */
export const commands: readonly Runtime[] = [
  installed('Node', 'node-22.3'),
  installed('Node', 'node-22'),
  command('Node', process.execPath, true),
  installed('Node', 'node-26'),
  installed('Bun', 'bun', () => ['run', '--no-install']),
  installed('Deno', 'deno', (folder, url) => [
    'run',
    '--no-prompt',
    '--no-remote',
    `--allow-read=${folder}`,
    `--allow-write=${folder}`,
    // Its `fs.access` asks who is running it.
    '--allow-sys=uid',
    `--allow-net=${new URL(url).host}`,
  ]),
]
