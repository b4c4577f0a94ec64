import { expect } from 'vitest'

/** One compare and set, and what its writer was told. */
export interface Write {
  readonly expected: string | null
  readonly next: string
  /** `undefined`: the process died before it was told. */
  won?: boolean
}

/** The values in the order in which they were kept, from nothing on. Throws unless each write that won is among them. */
export function chain(writes: readonly Write[], last: string | null): readonly (string | null)[] {
  const before = new Map(
    writes.filter(({ won }) => won !== false).map(({ next, expected }) => [next, expected]),
  )
  const values: (string | null)[] = [last]
  for (let value = last; value !== null; values.unshift(value)) value = before.get(value) ?? null
  for (const { won, next } of writes) {
    if (won) expect(values, `${next} was kept, and is lost`).toContain(next)
    if (won === false) expect(values, `${next} was refused, and is kept`).not.toContain(next)
  }
  return values
}
