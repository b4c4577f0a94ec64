/** Makes a value when it is first asked for, and once. */
/* @__NO_SIDE_EFFECTS__ */
export function lazy<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
