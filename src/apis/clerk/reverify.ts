import { ConfigurationError } from '../../errors/configuration-error.ts'
import type { MaybePromise } from '../../support/maybe-promise.ts'
import type {
  ClerkAttemptFirstFactorInput,
  ClerkAttemptSecondFactorInput,
  ClerkFactor,
  ClerkPrepareFirstFactorInput,
  ClerkPrepareSecondFactorInput,
  ClerkReverificationLevel,
  ClerkSessionReverification,
} from './reverification-types.ts'

/** Which factor of a reverification is meant. */
export type ClerkFactorStage = 'first' | 'second'

/** How a program's user is led through a reverification. */
export interface ClerkReverifyInput {
  /** How much to verify. The server may settle for less, where the user has no second factor. */
  readonly level: ClerkReverificationLevel
  /** Chooses one of the factors that the user has. */
  readonly choose: (factors: readonly ClerkFactor[], stage: ClerkFactorStage) => MaybePromise<ClerkFactor>
  /**
   * Asks the user for what the factor wants: the code, the password, or a passkey's answer as JSON, for which
   * `reverification` holds the challenge in its verification's `nonce`.
   */
  readonly code: (factor: ClerkFactor, reverification: ClerkSessionReverification) => MaybePromise<string>
}

/** The operations that a reverification takes. */
export interface ReverificationSteps {
  start(level: ClerkReverificationLevel): Promise<ClerkSessionReverification>
  prepareFirst(input: ClerkPrepareFirstFactorInput): Promise<ClerkSessionReverification>
  attemptFirst(input: ClerkAttemptFirstFactorInput): Promise<ClerkSessionReverification>
  prepareSecond(input: ClerkPrepareSecondFactorInput): Promise<ClerkSessionReverification>
  attemptSecond(input: ClerkAttemptSecondFactorInput): Promise<ClerkSessionReverification>
}

/** No reverification asks for more factors than there are, each with a second try. */
const MOST_STEPS = 4

/** How a factor is verified with a code, a password or a credential: prepared first, where that takes a request. */
interface Verification {
  readonly prepare?: (steps: ReverificationSteps, factor: ClerkFactor) => Promise<ClerkSessionReverification>
  readonly attempt: (steps: ReverificationSteps, code: string) => Promise<ClerkSessionReverification>
}

const VERIFICATIONS: Readonly<Record<ClerkFactorStage, ReadonlyMap<string, Verification>>> = {
  first: new Map<string, Verification>([
    [
      'email_code',
      {
        prepare: (steps, { email_address_id = '' }) =>
          steps.prepareFirst({ strategy: 'email_code', email_address_id }),
        attempt: (steps, code) => steps.attemptFirst({ strategy: 'email_code', code }),
      },
    ],
    [
      'phone_code',
      {
        prepare: (steps, { phone_number_id = '' }) =>
          steps.prepareFirst({ strategy: 'phone_code', phone_number_id }),
        attempt: (steps, code) => steps.attemptFirst({ strategy: 'phone_code', code }),
      },
    ],
    [
      'passkey',
      {
        prepare: (steps) => steps.prepareFirst({ strategy: 'passkey' }),
        attempt: (steps, code) => steps.attemptFirst({ strategy: 'passkey', public_key_credential: code }),
      },
    ],
    ['password', { attempt: (steps, code) => steps.attemptFirst({ strategy: 'password', password: code }) }],
  ]),
  second: new Map<string, Verification>([
    [
      'phone_code',
      {
        prepare: (steps, { phone_number_id }) =>
          steps.prepareSecond({ strategy: 'phone_code', phone_number_id }),
        attempt: (steps, code) => steps.attemptSecond({ strategy: 'phone_code', code }),
      },
    ],
    ['totp', { attempt: (steps, code) => steps.attemptSecond({ strategy: 'totp', code }) }],
    ['backup_code', { attempt: (steps, code) => steps.attemptSecond({ strategy: 'backup_code', code }) }],
  ]),
}

/**
 * Leads through as many factors as the answers ask for. It believes what they say, not what was asked for.
 *
 * @throws {ConfigurationError} The server asks for a factor that the user has not got, or for something unknown; or
 * a factor was chosen that can't be verified by a code.
 */
export async function runReverification(
  steps: ReverificationSteps,
  { level, choose, code }: ClerkReverifyInput,
): Promise<ClerkSessionReverification> {
  let current = await steps.start(level)
  for (let step = 0; step < MOST_STEPS && current.status !== 'complete'; step++) {
    const stage = stageOf(current)
    const supported = stage === 'first' ? current.supported_first_factors : current.supported_second_factors
    if (!supported?.length) throw new ConfigurationError(`The user has no ${stage} factor to verify`)
    const factor = await choose(supported, stage)
    const verification = VERIFICATIONS[stage].get(Object(factor).strategy)
    if (!verification) throw new ConfigurationError('The chosen factor can not be verified by a code')
    const prepared = (await verification.prepare?.(steps, factor)) ?? current
    current = await verification.attempt(steps, await code(factor, prepared))
  }
  if (current.status !== 'complete') throw new ConfigurationError('The reverification never ends')
  return current
}

function stageOf({ status }: ClerkSessionReverification): ClerkFactorStage {
  if (status === 'needs_first_factor') return 'first'
  if (status === 'needs_second_factor') return 'second'
  throw new ConfigurationError('The reverification is in a state that this version does not know')
}
