/** Shared by every copy of the package that a program may have loaded, so that guards know each other's errors. */
const BRAND: unique symbol = Symbol.for('latchkey.error') as never

/**
 * The root of every error that Latchkey throws.
 *
 * `code` is the contract: it never changes, and it narrows {@link AnyLatchkeyError} in a `switch`. Messages are
 * for people and may change in any release. No error holds a token, a password or a URL; of an answer, an API's
 * own error class keeps the words that say what was wrong, with the request's secrets taken out.
 */
export abstract class LatchkeyError extends Error {
  /** What went wrong, as a literal in each class. */
  abstract readonly code: string

  /** @internal */
  get [BRAND](): true {
    return true
  }
}

/** Tells whether a value is an error of Latchkey's, of whichever copy of the package. */
export function hasLatchkeyBrand(value: unknown): value is LatchkeyError {
  return value instanceof Error && BRAND in value
}
