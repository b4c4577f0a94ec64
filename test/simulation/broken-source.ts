import { registerHooks } from 'node:module'
import { BREAKAGES, type Change } from './breakages.ts'

/** The text of a file of the engine's with changes made to it. */
function changed(source: string, changes: readonly Change[]): string {
  return changes.reduce((text, change) => {
    const parts = text.split(change.text)
    if (parts.length !== 2) throw new Error(`${change.file} has not got exactly one: ${change.text}`)
    return parts.join(change.replacement)
  }, source)
}

/** From now on, whoever imports the engine in this thread gets it broken. */
export function breakEngine(name: string): void {
  const breakage = BREAKAGES.find((one) => one.name === name)
  if (!breakage)
    throw new Error(`There is no breakage ${name}: ${BREAKAGES.map((one) => one.name).join(', ')}`)
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context)
      const file = /\/src\/session\/([\w-]+\.ts)$/.exec(url)?.[1]
      const changes = breakage.changes.filter((one) => one.file === file)
      if (!changes.length) return loaded
      return { ...loaded, source: changed(String(loaded.source), changes) }
    },
  })
}
