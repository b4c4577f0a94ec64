import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { fakeSaferMe } from '../../src/testing/index.ts'
import { ROOT } from '../package/packed.ts'
import { chromium, PAGE_ORIGIN } from './chromium.ts'
import { commands } from './command.ts'
import type { Outcome, Runtime } from './runtime.ts'
import { workerd } from './workerd.ts'

const GUIDE = 'docs/guides/runtimes.md'
const runtimes: readonly Runtime[] = [...commands, chromium, workerd]
const outcomes = new Map<Runtime, Outcome>()

describe('a session is as safe in', () => {
  for (const [index, runtime] of runtimes.entries()) {
    const { name, program } = runtime
    it.skipIf(!program)(`${name}, at ${program}`, async () => {
      const saferme = fakeSaferMe()
      saferme.fault('getSession', { kind: 'status', status: 302, headers: { Location: '/elsewhere' } })
      const { url, close } = await saferme.listen(0, { allowOrigin: PAGE_ORIGIN })
      const installed = inject('installed')
      try {
        const place = { url, folder: join(installed, `run-${index}`) }
        const outcome = await runtime.run(program ?? '', place, installed)
        expect(outcome.failures).toEqual([])
        expect([saferme.count('unknown'), saferme.refreshes, saferme.sessions]).toEqual([0, 1, []])
        outcomes.set(runtime, outcome)
      } finally {
        await close()
      }
    })
  }

  it.skipIf(!runtimes.every(({ program }) => program))('what the guide says was tried', async () => {
    const rows = [...outcomes].map(([{ name, pinned }, { version, cases, files }]) => [
      name,
      pinned ? version : 'the machine’s',
      `${cases}`,
      files > 0 ? '✓' : 'has no files',
    ])
    const guide = await readFile(join(ROOT, GUIDE), 'utf8')
    expect(tableIn(guide)).toEqual([['runtime', 'version', 'cases', '`fileStorage`'], ...rows])
  })
})

/** The cells of the first table of a Markdown text, but for the line under its head. */
function tableIn(markdown: string): readonly (readonly string[])[] {
  const lines = markdown.split('\n').filter((line) => line.startsWith('|') && !/^\|[ |-]+$/.test(line))
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}
