import type { ClerkCall, ClerkEndpoints } from './fake-clerk-endpoint.ts'
import type { FormFields } from './fake-clerk-form.ts'
import type { ClerkResources } from './fake-clerk-resources.ts'
import type { ClerkFactorStep, ClerkReverifications } from './fake-clerk-reverification.ts'
import type { ClerkSession } from './fake-clerk-session.ts'
import type { Route } from './route.ts'

const START = {
  level: { required: true, oneOf: ['first_factor', 'second_factor', 'multi_factor'] },
} satisfies FormFields
const PREPARE_FIRST: FormFields = {
  strategy: { required: true, oneOf: ['email_code', 'phone_code', 'passkey', 'enterprise_sso'] },
  email_address_id: {},
  phone_number_id: {},
  proof_token: {},
}
const ATTEMPT_FIRST: FormFields = {
  strategy: { required: true, oneOf: ['email_code', 'phone_code', 'password', 'passkey'] },
  code: {},
  password: {},
  public_key_credential: {},
}
const PREPARE_SECOND: FormFields = {
  strategy: { required: true, oneOf: ['phone_code'] },
  phone_number_id: {},
  proof_token: {},
}
const ATTEMPT_SECOND: FormFields = {
  strategy: { required: true, oneOf: ['phone_code', 'totp', 'backup_code'] },
  code: {},
}

/** Makes the routes of a session's reverification. */
export function clerkReverificationRoutes(
  endpoints: ClerkEndpoints,
  resources: ClerkResources,
  reverifications: ClerkReverifications,
  basePath: string,
): readonly Route[] {
  const verifying = <Name extends string>(
    fields: FormFields<Name>,
    act: (session: ClerkSession, call: ClerkCall<Name>) => void,
  ): Route['handle'] =>
    endpoints.forUsableSession(fields, (session, call) => {
      act(session, call)
      const reverification = reverifications.resource(session, call.at)
      return { response: { ...reverification, session: resources.shortSession(session, call.at) } }
    })
  const preparing = (step: ClerkFactorStep, fields: FormFields): Route['handle'] =>
    verifying(fields, (session, { form, at }) => reverifications.prepare(session, step, form, at))
  const attempting = (step: ClerkFactorStep, fields: FormFields): Route['handle'] =>
    verifying(fields, (session, { form, at }) => reverifications.attempt(session, step, form, at))

  const start = verifying(START, (session, { form }) => reverifications.start(session, form.level ?? ''))
  const path = `${basePath}/v1/client/sessions/:id/verify`
  const post = (operation: string, segment: string, handle: Route['handle']): Route => {
    return { operation, method: 'POST', path: `${path}${segment}`, handle }
  }
  return [
    post('startReverification', '', start),
    post('prepareFirstFactor', '/prepare_first_factor', preparing('first', PREPARE_FIRST)),
    post('attemptFirstFactor', '/attempt_first_factor', attempting('first', ATTEMPT_FIRST)),
    post('prepareSecondFactor', '/prepare_second_factor', preparing('second', PREPARE_SECOND)),
    post('attemptSecondFactor', '/attempt_second_factor', attempting('second', ATTEMPT_SECOND)),
  ]
}
