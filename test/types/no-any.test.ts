import type * as latchkey from 'latchkey'
import type { SaferMeClient, Session, SessionClient, SessionEvents, TransportEvents } from 'latchkey'
import { describe, expectTypeOf, it } from 'vitest'
import type { IsAny, PathsToAny } from './type-checks.ts'

describe('the check itself', () => {
  it('finds an any wherever it hides', () => {
    expectTypeOf<IsAny<unknown>>().toEqualTypeOf<false>()
    expectTypeOf<IsAny<never>>().toEqualTypeOf<false>()
    // biome-ignore lint/suspicious/noExplicitAny: it is what is looked for
    type Any = any
    expectTypeOf<PathsToAny<{ readonly a?: { b: Any } }>>().toEqualTypeOf<'it.a.b'>()
    expectTypeOf<PathsToAny<(given: Any) => string>>().toEqualTypeOf<'it()[]'>()
    expectTypeOf<PathsToAny<(given: string) => Promise<{ a: Any }[]>>>().toEqualTypeOf<'it[].a'>()
    expectTypeOf<PathsToAny<Any[]>>().not.toBeNever()
    expectTypeOf<PathsToAny<Record<string, Any>>>().not.toBeNever()
    expectTypeOf<PathsToAny<{ a: unknown; b: string[]; c(): Promise<void> }>>().toBeNever()
  })
})

describe('nothing that a program is given is any', () => {
  it('from a SaferMeClient', () => {
    expectTypeOf<PathsToAny<SaferMeClient>>().toBeNever()
    expectTypeOf<PathsToAny<ConstructorParameters<typeof SaferMeClient>>>().toBeNever()
  })

  it('from a SessionClient', () => {
    type Client = SessionClient<{ user: string }, { id: number }, { more: boolean }>
    expectTypeOf<PathsToAny<Client>>().toBeNever()
    expectTypeOf<PathsToAny<SessionClient>>().toBeNever()
    expectTypeOf<PathsToAny<ConstructorParameters<typeof SessionClient>>>().toBeNever()
    expectTypeOf<PathsToAny<ReturnType<Client['createSession']>>>().toBeNever()
    expectTypeOf<PathsToAny<Parameters<Client['call']>>>().toBeNever()
  })

  it('from a session', () => {
    expectTypeOf<PathsToAny<Session>>().toBeNever()
    expectTypeOf<PathsToAny<Session<{ id: number }, { more: boolean }>>>().toBeNever()
  })

  it('in an event', () => {
    expectTypeOf<PathsToAny<SessionEvents>>().toBeNever()
    expectTypeOf<PathsToAny<TransportEvents>>().toBeNever()
  })

  it('in an error', () => {
    expectTypeOf<PathsToAny<Omit<latchkey.AnyLatchkeyError, 'cause'>>>().toBeNever()
    expectTypeOf<PathsToAny<latchkey.ApiFailure>>().toBeNever()
  })

  it('in a storage, a clock or a schema', () => {
    expectTypeOf<PathsToAny<latchkey.TokenStorage>>().toBeNever()
    expectTypeOf<PathsToAny<latchkey.KeyValueStore>>().toBeNever()
    expectTypeOf<PathsToAny<latchkey.Clock>>().toBeNever()
    expectTypeOf<PathsToAny<latchkey.Schema<{ a: string }>>>().toBeNever()
  })

  it('from any function or constant that the package exports', () => {
    type Exported = typeof latchkey
    type Constructed = {
      [Name in keyof Exported]: Exported[Name] extends abstract new (
        ...args: infer Args
      ) => infer Made
        ? PathsToAny<Args> | PathsToAny<Omit<Made, 'cause'>>
        : PathsToAny<Exported[Name]>
    }
    expectTypeOf<Constructed[keyof Constructed]>().toBeNever()
  })
})
