import { existsSync } from 'node:fs'
import { arch, platform } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const INSTALLED = fileURLToPath(new URL('node_modules', import.meta.url))

/** Where the packages have their programs: their own scripts would move them, and none is run. */
const PLACES = {
  'node-22.3': ['node-22.3/bin/node'],
  'node-22': ['node-22/bin/node'],
  'node-26': ['node-26/bin/node'],
  bun: [`@oven/bun-${platform()}-${arch() === 'arm64' ? 'aarch64' : arch()}/bin/bun`],
  deno: [`@deno/${platform()}-${arch()}-glibc/deno`, `@deno/${platform()}-${arch()}/deno`],
  workerd: [`@cloudflare/workerd-${platform()}-${arch() === 'x64' ? '64' : arch()}/bin/workerd`],
} as const

export type Installed = keyof typeof PLACES

/** Where the program of a runtime is; `undefined`: there is none for this platform. */
export function programOf(runtime: Installed): string | undefined {
  return PLACES[runtime].map((path) => join(INSTALLED, path)).find((path) => existsSync(path))
}
