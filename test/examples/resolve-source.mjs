import { registerHooks } from 'node:module'

/** Lets an example in a process of its own run against the source: nothing has to be built before it is tested. */
const places = {
  latchkey: new URL('../../src/index.ts', import.meta.url).href,
  'latchkey/testing': new URL('../../src/testing/index.ts', import.meta.url).href,
}

registerHooks({
  resolve: (specifier, context, next) => next(places[specifier] ?? specifier, context),
})
