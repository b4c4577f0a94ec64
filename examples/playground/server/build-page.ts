import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** A file of the page. */
export interface PageFile {
  readonly contentType: string
  readonly body: string | Uint8Array
}

/** The page's files by path; `/` is the page itself. */
export type PageFiles = ReadonlyMap<string, PageFile>

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

/**
 * Builds the page, in memory.
 *
 * @param latchkey the module that `latchkey` is; default: the package as it was built
 */
export async function buildPage(latchkey?: string): Promise<PageFiles> {
  const built = await build({
    root: fileURLToPath(new URL('../page', import.meta.url)),
    configFile: false,
    logLevel: 'warn',
    resolve: { alias: latchkey === undefined ? {} : { latchkey } },
    // React as it is for users, whoever builds the page.
    define: { 'process.env.NODE_ENV': '"production"' },
    oxc: { jsx: { runtime: 'automatic', development: false } },
    build: {
      write: false,
      target: 'esnext',
      // What is inlined, a strict Content-Security-Policy would not let in.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  })
  const outputs = [built].flat().flatMap((one) => ('output' in one ? one.output : []))
  const files = outputs.map((file): [string, PageFile] => {
    const contentType = CONTENT_TYPES[file.fileName.replace(/.*\./, '')] ?? 'application/octet-stream'
    const path = file.fileName === 'index.html' ? '/' : `/${file.fileName}`
    return [path, { contentType, body: file.type === 'chunk' ? file.code : file.source }]
  })
  return new Map(files)
}
