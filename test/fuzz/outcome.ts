import assert from 'node:assert/strict'
import { type AnyLatchkeyError, isLatchkeyError } from '../../src/index.ts'
import type { FakeClock } from '../../src/testing/index.ts'

/** What a call ended with. */
export type Outcome = { readonly value: unknown } | { readonly error: AnyLatchkeyError }

/** Waits for a call, which must answer or reject with an error of Latchkey's that is what its class says. */
export async function outcomeOf(clock: FakeClock, call: () => Promise<unknown>): Promise<Outcome> {
  const outcome = await clock.until(
    Promise.resolve(call()).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
  )
  if ('value' in outcome) return outcome
  assertTyped(outcome.error)
  return { error: outcome.error }
}

/** An error of Latchkey's, whose fields are what its class says. */
export function assertTyped(error: unknown): asserts error is AnyLatchkeyError {
  if (!isLatchkeyError(error)) throw new Error('An error that is not of Latchkey’s', { cause: error })
  assert.equal(typeof error.message, 'string')
  assert.ok(error.message.length < 10_000, 'a message that nobody can read')
  switch (error.code) {
    case 'request_validation':
    case 'response_validation':
      assertTexts(error.fields)
      break
    case 'saferme_api':
      assertTexts(error.messages)
      for (const said of [error.fields, error.errorCodes]) assertTexts(Object.values(said).flat())
      break
    case 'clerk_api':
      for (const { code, message } of error.errors) assertTexts([code, message])
      break
    case 'koms_api':
      assertTexts([error.reason])
      break
  }
  if ('status' in error) assert.ok(Number.isInteger(error.status))
  if ('retryAfter' in error && error.retryAfter !== undefined) assert.ok(error.retryAfter >= 0)
}

function assertTexts(values: readonly unknown[]): void {
  for (const value of values) assert.equal(typeof value, 'string')
}
