import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { type Bundle, bundlers } from './bundlers.ts'

/** What the platform has in a browser and in Node alike: nothing here is Node's own. */
const WEB = [
  'AbortController',
  'AbortSignal',
  'Blob',
  'DOMException',
  'FormData',
  'Headers',
  'MessageChannel',
  'ReadableStream',
  'Request',
  'Response',
  'TextDecoder',
  'TextEncoder',
  'TransformStream',
  'URL',
  'URLSearchParams',
  'atob',
  'btoa',
  'clearTimeout',
  'crypto',
  'performance',
  'queueMicrotask',
  'setTimeout',
  'structuredClone',
] as const

beforeAll(async () => {
  const folder = inject('installed')
  await writeFile(join(folder, 'saferme.js'), `export { SaferMeClient } from 'latchkey'`)
})

describe.each(Object.entries(bundlers))('bundled by %s for a browser', (_, bundle) => {
  let whole: Bundle
  beforeAll(async () => {
    whole = await bundle(join(inject('installed'), 'sign-in.js'))
  })

  it('the package makes no warning', () => {
    expect(whole.warnings).toEqual([])
  })

  it('it runs where there is nothing of Node', async () => {
    expect(whole.code.match(/\b(import|require)\s*\(?\s*["'`]node:/g)).toBeNull()
    const browser = createContext(Object.fromEntries(WEB.map((name) => [name, globalThis[name]])))
    const answers = await runInContext(`${whole.code}\napp.signIn()`, browser)
    expect([...answers]).toEqual([200, 'ada@example.com', 200, true])
  })

  it('a client brings no other API along, and no storage that it was not given', async () => {
    const { code } = await bundle(join(inject('installed'), 'saferme.js'))
    expect(code).toContain('/api/v4/session')
    const others = ['x-koms-clientid', '/api/sessions', '__clerk_db_jwt', 'indexedDB', 'AES-GCM', 'HSET']
    expect(others.filter((mark) => whole.code.includes(mark))).toEqual(others)
    expect(others.filter((mark) => code.includes(mark))).toEqual([])
  })
})
