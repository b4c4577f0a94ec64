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
  prepare(stage: ClerkFactorStage, input: AnyPreparation): Promise<ClerkSessionReverification>
  attempt(stage: ClerkFactorStage, input: AnyAttempt): Promise<ClerkSessionReverification>
}

/** What any preparation may want. Of it, each strategy is sent what is its own. */
export type AnyPreparation = ClerkPrepareFirstFactorInput & ClerkPrepareSecondFactorInput

/** What any attempt may want. Of it, each strategy is sent what is its own. */
export type AnyAttempt = ClerkAttemptFirstFactorInput & ClerkAttemptSecondFactorInput

/** No reverification asks for more factors than there are, each with a second try. */
const MOST_STEPS = 4

/** The strategies that a code, a password or a credential verifies, and whether they are prepared by a request. */
const STRATEGIES: Readonly<Record<ClerkFactorStage, ReadonlyMap<string, boolean>>> = {
  first: new Map([
    ['email_code', true],
    ['phone_code', true],
    ['passkey', true],
    ['password', false],
  ]),
  second: new Map([
    ['phone_code', true],
    ['totp', false],
    ['backup_code', false],
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
    const { strategy, email_address_id, phone_number_id } = Object(factor) as ClerkFactor
    const isPrepared = STRATEGIES[stage].get(strategy)
    if (isPrepared === undefined)
      throw new ConfigurationError('The chosen factor can not be verified by a code')
    const preparation = { strategy, email_address_id, phone_number_id } as AnyPreparation
    const prepared = isPrepared ? await steps.prepare(stage, preparation) : current
    const secret = await code(factor, prepared)
    const attempt = { strategy, code: secret, password: secret, public_key_credential: secret }
    current = await steps.attempt(stage, attempt as AnyAttempt)
  }
  if (current.status !== 'complete') throw new ConfigurationError('The reverification never ends')
  return current
}

function stageOf({ status }: ClerkSessionReverification): ClerkFactorStage {
  if (status === 'needs_first_factor') return 'first'
  if (status === 'needs_second_factor') return 'second'
  throw new ConfigurationError('The reverification is in a state that this version does not know')
}
