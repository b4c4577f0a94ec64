import { describe, expect, it } from 'vitest'
import { bundle, DEPENDENCIES } from './bundle.ts'

/** What of a text fits, so that a failure doesn't print the rest. */
function found(text: string, pattern: RegExp): readonly string[] {
  return text.match(pattern) ?? []
}

const SAFERME = `
  import { memoryStorage, SaferMeClient } from 'latchkey'
  globalThis.client = new SaferMeClient({ storage: memoryStorage() })`

describe('an application that imports SaferMeClient', () => {
  it('gets nothing that a browser has not got', async () => {
    const { imports, modules, text } = await bundle(SAFERME)
    expect(imports).toEqual([])
    expect(modules.filter((path) => path.startsWith('node:'))).toEqual([])
    expect(found(text, /["'`]node:\w*/g)).toEqual([])
  })

  it('breaks no Content-Security-Policy: no eval, and no probe for it', async () => {
    const { text } = await bundle(SAFERME)
    expect(found(text, /\beval\(|\bnew Function\b|[^.\w]Function\(/g)).toEqual([])
  })

  it('does not get classic zod', async () => {
    const { modules } = await bundle(SAFERME)
    const zod = modules.filter((path) => path.includes('/zod/'))
    expect(zod.length).toBeGreaterThan(0)
    expect(zod.filter((path) => !/\/zod\/(v4\/(mini|core)\/|mini\/)/.test(path))).toEqual([])
  })

  it('gets no other API, and no testing kit', async () => {
    const { modules } = await bundle(SAFERME)
    const own = modules.filter((path) => path.includes('src/'))
    expect(own.filter((path) => /src\/(testing|apis\/(koms|zelf|clerk))\//.test(path))).toEqual([])
  })

  it('gets no package but the four dependencies', async () => {
    const { imports, modules } = await bundle(SAFERME, DEPENDENCIES)
    expect(modules.filter((path) => path.includes('node_modules'))).toEqual([])
    expect(new Set(imports.map((path) => path.replace(/\/.*/, '')))).toEqual(new Set(DEPENDENCIES))
  })
})

describe('an application that imports memoryStorage alone', () => {
  it('gets no API, no transport, no schema', async () => {
    const { text, modules, gzip } = await bundle(`export { memoryStorage } from 'latchkey'`)
    expect(found(text, /api\/v4/g)).toEqual([])
    expect(modules.filter((path) => /node_modules|src\/(apis|client|http|session)\//.test(path))).toEqual([])
    expect(gzip).toBeLessThan(1_500)
  })
})

describe('an application that imports the errors alone', () => {
  it('gets nothing else', async () => {
    const { modules } = await bundle(
      `export { isLatchkeyError, isUnauthorized, SaferMeApiError } from 'latchkey'`,
    )
    expect(modules.filter((path) => path.includes('node_modules'))).toEqual([])
  })
})

describe('an application with a protocol of its own', () => {
  it('gets no API', async () => {
    const { text, modules } = await bundle(`export { SessionClient } from 'latchkey'`)
    expect(found(text, /api\/v4/g)).toEqual([])
    expect(modules.filter((path) => path.includes('src/apis/'))).toEqual([])
  })
})

it('importing the package does nothing: nothing of it is left where nothing is used', async () => {
  const { text } = await bundle(`import 'latchkey'`)
  expect(text.trim()).toBe('')
})
