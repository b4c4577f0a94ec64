import { lazy } from './lazy.ts'
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

/** `T` as the annotation has it: nothing is inferred from here. `NoInfer` keeps a union from being taken apart. */
type Annotated<T> = [T][T extends unknown ? 0 : never]

/** A schema that agrees with `T` in both directions; none, if it forgets a field or narrows one. `unknown` says nothing. */
export type Agreeing<T, Output> = Schema<Output> &
  (unknown extends T ? unknown : Same<Known<Output>, Known<T>> extends true ? unknown : never)

/**
 * Holds a schema and the documented interface that it is annotated with together: where they disagree, it doesn't
 * compile. The schema is made when it is first used: a program pays for those of the operations that it calls.
 */
/* @__NO_SIDE_EFFECTS__ */
export function agreeing<T, Output>(make: () => Agreeing<Annotated<T>, Output>): Schema<T> {
  const schema = lazy(make)
  return {
    get '~standard'() {
      return (schema() as unknown as Schema<T>)['~standard']
    },
  }
}
