import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'

const LIBRARY = ['latchkey', 'latchkey/testing']

/** The core as one module that imports the installed package, for runtimes that find packages by themselves. */
export function bundleCommand(): Promise<string> {
  return bundle('command.ts', { external: LIBRARY })
}

/** The core with the installed package in it. */
export function bundleWhole(
  entry: 'worker.ts' | 'report.ts',
  installed: string,
  options: BuildOptions = {},
): Promise<string> {
  return bundle(entry, { nodePaths: [join(installed, 'node_modules')], ...options })
}

async function bundle(entry: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`core/${entry}`, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    logLevel: 'error',
    ...options,
  })
  return outputFiles?.[0]?.text ?? ''
}
