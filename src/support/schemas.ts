import * as z from 'zod/mini'

// What the schemas of all APIs are made of. It takes few of zod's parts, since each weighs in a bundle.

/** What can be sent in a header as it is: visible characters. */
export const SENDABLE: RegExp = /^[\x21-\x7e]+$/

/** A string that can be sent in a header as it is. */
export const sendable: z.ZodMiniString = matching(SENDABLE)

/** A string that is not empty. */
export const filled: z.ZodMiniString = matching(/./s)

/** A whole number. */
export const whole: z.ZodMiniNumber = z.number().check(holding(Number.isSafeInteger))

/** One of some strings, which mean nothing in a regular expression. */
/* @__NO_SIDE_EFFECTS__ */
export function oneOf<const Value extends string>(...values: readonly Value[]): z.ZodMiniType<Value> {
  return matching(new RegExp(`^(${values.join('|')})$`)) as unknown as z.ZodMiniType<Value>
}

/** A string that a regular expression matches. */
/* @__NO_SIDE_EFFECTS__ */
export function matching(pattern: RegExp): z.ZodMiniString {
  return z.string().check(holding((text) => pattern.test(text)))
}

/** A check: it says which field is wrong, and no more, as errors do. */
/* @__NO_SIDE_EFFECTS__ */
export function holding<T>(holds: (value: T) => boolean): (payload: z.core.ParsePayload<T>) => void {
  return ({ value, issues }) => {
    if (!holds(value)) issues.push({ code: 'custom', input: value })
  }
}
