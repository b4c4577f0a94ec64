import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const source = (path: string): string => fileURLToPath(new URL(`../../src/${path}`, import.meta.url))

export const DEPENDENCIES: readonly string[] = ['ky', 'zod', 'p-retry', 'mitt']

/** What an application in a browser gets of a program. */
export interface Bundle {
  readonly text: string
  /** The modules of which anything is left. */
  readonly modules: readonly string[]
  readonly imports: readonly string[]
  readonly gzip: number
}

/**
 * Bundles a program over the sources as an application would, for browsers, minified.
 *
 * @param external packages that are left out
 */
export async function bundle(code: string, external: readonly string[] = []): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: source('.'), loader: 'ts' },
    alias: { latchkey: source('index.ts') },
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    logLevel: 'error',
    external: external.flatMap((name) => [name, `${name}/*`]),
  })
  const text = outputFiles[0]?.text ?? ''
  const [output] = Object.values(metafile.outputs)
  const used = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  return {
    text,
    modules: used.map(([path]) => path),
    imports: (output?.imports ?? []).map(({ path }) => path),
    gzip: gzipSync(text, { level: 9 }).length,
  }
}
