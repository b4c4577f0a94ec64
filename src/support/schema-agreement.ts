import type { Schema } from './schema.ts'

/** A schema's output without the index signatures that let unknown fields pass. */
type Known<T> = T extends readonly (infer Item)[]
  ? number extends T['length']
    ? readonly Known<Item>[]
    : { readonly [Index in keyof T]: Known<T[Index]> }
  : T extends object
    ? { readonly [Key in keyof T as PassesUnknown<T, Key> extends true ? never : Key]: Known<T[Key]> }
    : T

type PassesUnknown<T, Key extends keyof T> = string extends Key
  ? unknown extends T[Key]
    ? true
    : false
  : false

/** The same type, to the last optional field and member of a union. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/**
 * Holds a schema and the documented interface together, in both directions: a schema that forgets a field, or
 * narrows one, doesn't compile.
 */
export function agreeing<T>() {
  return <Output>(
    schema: Schema<Output> & (Same<Known<Output>, Known<T>> extends true ? unknown : never),
  ): Schema<T> => schema as unknown as Schema<T>
}
