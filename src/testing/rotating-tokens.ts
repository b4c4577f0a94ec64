interface Issued<Owner> {
  readonly owner: Owner
  readonly predecessor: string | null
  retiresAt: number
}

/** Tokens that each answer may replace by another. */
export interface RotatingTokens<Owner> {
  /** Makes a token for somebody who has none. */
  issue(owner: Owner): string
  /** Makes a token that replaces `token`. */
  succeed(token: string): string
  /** Answers whose token it is, and retires the one that it has replaced; `undefined` if it is not good. */
  use(token: string, at: number): Owner | undefined
  /** The token that was made last for `owner`. */
  newest(owner: Owner): string | undefined
  /** Makes all tokens worthless. */
  forget(): void
}

/**
 * Makes tokens that rotate. A token stays good until one of those that replaced it has been used, and for
 * `graceMs` more: requests that were sent at the same time may each have been answered with another one.
 *
 * @param make makes the text of a token
 */
export function rotatingTokens<Owner>(
  make: (owner: Owner) => string,
  graceMs: number,
): RotatingTokens<Owner> {
  const issued = new Map<string, Issued<Owner>>()
  const newest = new Map<Owner, string>()
  const add = (owner: Owner, predecessor: string | null): string => {
    const token = make(owner)
    issued.set(token, { owner, predecessor, retiresAt: Number.POSITIVE_INFINITY })
    newest.set(owner, token)
    return token
  }
  return {
    issue: (owner) => add(owner, null),
    succeed: (token) => {
      const known = issued.get(token)
      if (!known) throw new Error('Only a token that was issued can be replaced')
      return add(known.owner, token)
    },
    use: (token, at) => {
      const known = issued.get(token)
      if (!known || at >= known.retiresAt) return undefined
      const predecessor = issued.get(known.predecessor ?? '')
      if (predecessor) predecessor.retiresAt = Math.min(predecessor.retiresAt, at + graceMs)
      return known.owner
    },
    newest: (owner) => newest.get(owner),
    forget: () => {
      issued.clear()
      newest.clear()
    },
  }
}
