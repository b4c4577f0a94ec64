import { expect, it } from 'vitest'
import { listingsIn } from './code-blocks.ts'

it('a block of a guide is compiled where it stands, together with those that continue it', () => {
  const guide = ['# A', '```ts', 'const a = 1', '```', '```sh', 'ls', '```', '', '```ts', 'a', '```']
  const [first, ...rest] = listingsIn('guide.md', guide.join('\n'))
  expect(first).toEqual({ language: 'ts', lines: ['', '', 'const a = 1', '', '', '', '', '', '', '', ''] })
  expect(rest.map(({ language }) => language)).toEqual(['sh', 'ts'])

  const goesOn = '1. A\n   ```ts\n   const a = 1\n   ```\n```sh\nls\n```\n```ts continued\na\n```'
  const [chain, shell] = listingsIn('guide.md', goesOn)
  expect(chain?.lines).toEqual(['', '', '   const a = 1', '', '', '', '', '', 'a', ''])
  expect(shell?.lines).toEqual(['', '', '', '', '', 'ls', '', '', '', ''])
})

it('a block of a doc comment is compiled, and the code around it is not', () => {
  const source = [
    'const text = `',
    '```',
    '`',
    '/**',
    ' * ```ts',
    ' *   use(a)',
    ' * ```',
    ' */',
    'const b = 2',
  ]
  expect(listingsIn('source.ts', source.join('\n'))).toEqual([
    { language: 'ts', lines: ['', '', '', '', '', '  use(a)', '', '', ''] },
  ])
})
