import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** The repository's own folder. */
export const ROOT: string = join(import.meta.dirname, '../..')
/** Where the rivals are installed. */
export const RIVALS_FOLDER: string = join(import.meta.dirname, 'rivals')
export const DEPENDENCIES: readonly string[] = ['ky', 'zod', 'p-retry', 'mitt']

/** What an application in a browser gets of a program. */
export interface Bundle {
  readonly minified: number
  readonly gzip: number
  /** Minified bytes by module, the largest first. */
  readonly modules: readonly (readonly [path: string, bytes: number])[]
}

/**
 * Bundles a program as an application would, for browsers, minified.
 *
 * @param folder where its imports are looked up
 * @param external packages that are left out
 * @param alias other places for packages
 */
export async function bundle(
  code: string,
  folder = ROOT,
  external: readonly string[] = [],
  alias: Readonly<Record<string, string>> = {},
): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: folder },
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    legalComments: 'none',
    logLevel: 'error',
    alias,
    external: external.flatMap((name) => [name, `${name}/*`]),
  })
  const contents = outputFiles[0]?.contents ?? new Uint8Array()
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs))
  return {
    minified: contents.length,
    gzip: gzipSync(contents, { level: 9 }).length,
    modules: inputs
      .map(([path, { bytesInOutput }]) => [path, bytesInOutput] as const)
      .filter(([, bytes]) => bytes > 0)
      .sort(([, a], [, b]) => b - a),
  }
}
