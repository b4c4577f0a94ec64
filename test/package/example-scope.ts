import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './packed.ts'

/** Where an example in a doc comment has its names from: modules, and the files that list what they export. */
const MODULES = {
  latchkey: join(ROOT, 'src/index.ts'),
  'latchkey/testing': join(ROOT, 'src/testing/index.ts'),
  [join(ROOT, 'test/package/given.ts')]: join(ROOT, 'test/package/given.ts'),
}

const LIST = /^export (type )?\{([^}]*)\} from|^export declare const (\w+)/gm

const exported = Object.entries(MODULES).flatMap(([module, path]) =>
  [...readFileSync(path, 'utf8').matchAll(LIST)].flatMap(
    ([, kind = '', names, name]) =>
      (names ?? name ?? '').match(/\w+/g)?.map((found) => ({ module, name: found, kind })) ?? [],
  ),
)

/**
 * Makes a module of an example that imports nothing: the names that it takes for given are imported, on the first
 * line, where no example can be.
 */
export function withScope(lines: readonly string[]): string {
  const text = lines.join('\n')
  if (/^import /m.test(text)) return text
  const imports = exported
    .filter(({ name }) => new RegExp(`\\b${name}\\b`).test(text))
    .map(({ module, name, kind }) => `import { ${kind}${name} } from '${module}';`)
  return `${imports.join('')}export const example = async () => {${text}\n}`
}
