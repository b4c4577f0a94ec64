import { describe, expect, inject, it } from 'vitest'
import { run } from './packed.ts'

/** Runs a program in the folder that the package was installed into, and answers what it printed. */
async function node(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, args, { cwd: inject('installed') })
  return stdout.trim()
}

const names = (take: string): string => `console.log(Object.keys(${take}).sort().join())`

describe(`in Node ${process.versions.node}, the installed package`, () => {
  it('signs in with each client, and refreshes', async () => {
    const program = `import { signIn } from './sign-in.js'; console.log(JSON.stringify(await signIn()))`
    expect(JSON.parse(await node('--input-type=module', '--eval', program))).toEqual([
      200,
      'ada@example.com',
      200,
      true,
    ])
  })

  it.each(['latchkey', 'latchkey/testing'])('gives the same to require as to import: %s', async (entry) => {
    const imported = await node('--input-type=module', '--eval', names(`await import('${entry}')`))
    expect(imported).toMatch(/\w+,\w+/)
    expect(await node('--input-type=commonjs', '--eval', names(`require('${entry}')`))).toBe(imported)
  })

  it('keeps what is its own to itself', async () => {
    const program = `await import('latchkey/dist/session/session.js').catch(({ code }) => console.log(code))`
    expect(await node('--input-type=module', '--eval', program)).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED')
  })
})
