/** Something that must hold in every runtime. */
export interface Case {
  readonly name: string
  run(): Promise<void>
}

/** The cases of an object: its keys are their names. */
export function casesOf(checks: Readonly<Record<string, () => Promise<void>>>): readonly Case[] {
  return Object.entries(checks).map(([name, run]) => ({ name, run }))
}

/** Throws unless both are the same, as JSON tells them. There is no assertion library that runs everywhere. */
export function same(actual: unknown, expected: unknown): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (is !== should) throw new Error(`${is} where ${should} was expected`)
}

/** The code and the reason of the error that `promise` rejects with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    const { code, reason } = error as { code?: unknown; reason?: unknown }
    return [code, reason]
  }
  return 'none'
}
