import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'

const source = (path) => fileURLToPath(new URL(`src/${path}`, import.meta.url))
const entry = source('index.ts')

/** Takes types and comments away, and leaves what says that a call may be dropped. */
const types = {
  name: 'types',
  transform: async (code) => ({ ...(await transform(code, { loader: 'ts', target: 'es2023' })), map: null }),
}

/**
 * A file for each entry: a process that starts pays for each file, and would for two hundred. The testing kit imports
 * the other entry, so that a program that has both has one of each class.
 */
export default ['index', 'testing/index'].map((name) => ({
  input: source(`${name}.ts`),
  external: (id) => /^[a-z]/.test(id) || (name !== 'index' && id === entry),
  output: { file: `dist/${name}.js`, paths: { [entry]: '../index.js' } },
  plugins: [types],
  onLog: (_, { message }) => {
    throw new Error(message)
  },
}))
