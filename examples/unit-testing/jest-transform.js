import { stripTypeScriptTypes } from 'node:module'

/** Takes the types off a TypeScript file, as Node itself does. */
export default {
  process: (source) => ({ code: stripTypeScriptTypes(source) }),
}
