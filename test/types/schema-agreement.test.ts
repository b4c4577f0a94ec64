import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import type { Schema } from '../../src/support/schema.ts'
import { type Agreeing, agreeing } from '../../src/support/schema-agreement.ts'

interface Thing {
  readonly id: string
  readonly kind: 'a' | 'b'
  readonly note?: string
  readonly parent: { readonly id: number; readonly since?: string | null } | null
  readonly tags: readonly string[]
}

const parent = { id: z.int(), since: z.exactOptional(z.nullable(z.string())) }
const fields = {
  id: z.string(),
  kind: z.enum(['a', 'b']),
  note: z.exactOptional(z.string()),
  parent: z.nullable(z.looseObject(parent)),
  tags: z.array(z.string()),
}
const { note, tags, ...rest } = fields
const agreed = <Output>(schema: Agreeing<Thing, Output>) => schema

describe('a schema and its interface', () => {
  it('agree, strict or loose', () => {
    agreed(z.looseObject(fields))
    agreed(z.object(fields))
    agreed(z.strictObject(fields))
  })

  it('disagree if the schema forgets an optional field', () => {
    // @ts-expect-error note is forgotten
    agreed(z.looseObject({ ...rest, tags }))
    // @ts-expect-error so it is further down
    agreed(z.looseObject({ ...fields, parent: z.nullable(z.looseObject({ id: z.int() })) }))
  })

  it('disagree if the schema forgets a field', () => {
    // @ts-expect-error tags are forgotten
    agreed(z.looseObject({ ...rest, note }))
  })

  it('disagree if the schema narrows an enumeration', () => {
    // @ts-expect-error b is forgotten
    agreed(z.looseObject({ ...fields, kind: z.enum(['a']) }))
    // @ts-expect-error b is forgotten
    agreed(z.looseObject({ ...fields, kind: z.literal('a') }))
  })

  it('disagree if the schema widens an enumeration', () => {
    // @ts-expect-error c is not documented
    agreed(z.looseObject({ ...fields, kind: z.enum(['a', 'b', 'c']) }))
    // @ts-expect-error not every text is
    agreed(z.looseObject({ ...fields, kind: z.string() }))
  })

  it('disagree if the schema has a field more', () => {
    // @ts-expect-error size is not documented
    agreed(z.looseObject({ ...fields, size: z.number() }))
    // @ts-expect-error not even optionally
    agreed(z.looseObject({ ...fields, size: z.exactOptional(z.number()) }))
    // @ts-expect-error nor further down
    agreed(z.looseObject({ ...fields, parent: z.nullable(z.looseObject({ ...parent, size: z.number() })) }))
  })

  it('disagree about a type', () => {
    // @ts-expect-error an id is a text
    agreed(z.looseObject({ ...fields, id: z.number() }))
    // @ts-expect-error tags are texts
    agreed(z.looseObject({ ...fields, tags: z.array(z.number()) }))
    // @ts-expect-error tags are many
    agreed(z.looseObject({ ...fields, tags: z.string() }))
    // @ts-expect-error a parent may be null
    agreed(z.looseObject({ ...fields, parent: z.looseObject(parent) }))
    // @ts-expect-error nothing is known of it
    agreed(z.looseObject({ ...fields, id: z.unknown() }))
    // @ts-expect-error any is no type
    agreed(z.looseObject({ ...fields, id: z.any() }))
    // @ts-expect-error a list of them is not one
    agreed(z.array(z.looseObject(fields)))
    // @ts-expect-error any is no type
    agreed(z.any())
  })

  it('disagree about what may be absent', () => {
    // @ts-expect-error an id is never absent
    agreed(z.looseObject({ ...fields, id: z.exactOptional(z.string()) }))
    // @ts-expect-error a note may be
    agreed(z.looseObject({ ...fields, note: z.string() }))
    // @ts-expect-error a note is absent, not undefined
    agreed(z.looseObject({ ...fields, note: z.optional(z.string()) }))
    // @ts-expect-error a note is absent, not null
    agreed(z.looseObject({ ...fields, note: z.nullable(z.string()) }))
  })

  it('disagree about the values of a record, and the places of a tuple', () => {
    interface Counted {
      readonly counts: Readonly<Record<string, number>>
      readonly span: readonly [number, string]
    }
    const counted = <Output>(schema: Agreeing<Counted, Output>) => schema
    const span = z.tuple([z.number(), z.string()])
    counted(z.looseObject({ counts: z.record(z.string(), z.number()), span }))
    // @ts-expect-error counts are numbers
    counted(z.looseObject({ counts: z.record(z.string(), z.string()), span }))
    // @ts-expect-error there are counts
    counted(z.looseObject({ counts: z.looseObject({}), span }))
    const flat = z.array(z.union([z.number(), z.string()]))
    // @ts-expect-error a span has two places
    counted(z.looseObject({ counts: z.record(z.string(), z.number()), span: flat }))
  })

  it('are held together by an annotation', () => {
    const held: Schema<Thing> = agreeing(() => z.looseObject(fields))
    expect(held['~standard'].validate({ id: 'a' })).toHaveProperty('issues')
    // @ts-expect-error tags are forgotten
    const forgetful: Schema<Thing> = agreeing(() => z.looseObject({ ...rest, note }))
    // @ts-expect-error no schema is held to nothing
    const free = agreeing(() => z.looseObject(fields)) satisfies Schema<string>
    expect([forgetful, free]).toHaveLength(2)
  })

  it('cost nothing until the schema is used, and are then made once', () => {
    let made = 0
    const schema: Schema<Thing> = agreeing(() => {
      made++
      return z.looseObject(fields)
    })
    expect(made).toBe(0)
    const thing = { id: 'a', kind: 'a', parent: null, tags: [] }
    expect(schema['~standard'].validate(thing)).toEqual({ value: thing })
    expect(schema['~standard'].validate({})).toHaveProperty('issues')
    expect(made).toBe(1)
  })
})
