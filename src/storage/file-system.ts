import { ConfigurationError } from '../errors/configuration-error.ts'
import { LatchkeyError } from '../errors/latchkey-error.ts'
import { StorageError } from '../errors/storage-error.ts'
import { codeOf } from '../support/error-code.ts'

/** An open file or folder. */
interface FileHandle {
  writeFile(text: string): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

/** What is used of Node's file system. */
export interface FileSystem {
  access(path: string): Promise<void>
  link(existing: string, path: string): Promise<void>
  mkdir(path: string, options: { readonly recursive?: boolean; readonly mode: number }): Promise<unknown>
  open(path: string, flags: string, mode?: number): Promise<FileHandle>
  readdir(path: string): Promise<string[]>
  readFile(path: string, encoding: 'utf8'): Promise<string>
  rename(from: string, to: string): Promise<void>
  rm(path: string, options: { readonly recursive: boolean; readonly force: boolean }): Promise<void>
  stat(path: string): Promise<{ readonly mode: number }>
  unlink(path: string): Promise<void>
}

/** The parts of Node that files are kept with. */
export interface NodeFiles {
  readonly fs: FileSystem
  readonly resolve: (path: string) => string
  /** A name for any text: of one length, and the same in upper and lower case. */
  readonly digest: (text: string) => string
  /** The platform says by its mode whether others may write to a folder. */
  readonly modes: boolean
}

interface Hash {
  update(text: string): Hash
  digest(encoding: 'hex'): string
}

interface NodeProcess {
  readonly platform: string
  getBuiltinModule?(name: string): unknown
}

/** Codes of failures that won't pass: not allowed, read-only, not possible on this file system. */
const LASTING: ReadonlySet<unknown> = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOTDIR',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
])

/**
 * Asked of the process and not imported, so that nothing of Node's enters a bundle for browsers.
 *
 * @throws {ConfigurationError} There are no files where this program runs.
 */
export function nodeFiles(): NodeFiles {
  const { process } = globalThis as { process?: NodeProcess }
  const load = (name: string): unknown => process?.getBuiltinModule?.(`node:${name}`)
  const fs = load('fs/promises') as FileSystem | undefined
  if (!process || !fs) {
    throw new ConfigurationError(
      'fileStorage needs files: Node 22.3 or later, Deno or Bun. Elsewhere, use another',
    )
  }
  const { resolve } = load('path') as NodeFiles
  const { createHash } = load('crypto') as { createHash(algorithm: string): Hash }
  return {
    fs,
    resolve,
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    modes: process.platform !== 'win32',
  }
}

/** What the platform threw, without the path that it was about. */
export function fileError(done: string, error: unknown): Error {
  if (error instanceof LatchkeyError) return error
  const code = codeOf(error)
  const lasting = LASTING.has(code)
  return new StorageError(
    lasting ? 'unavailable' : 'failed',
    `The files could not be ${done}: ${code ?? 'unknown'}`,
  )
}
