import * as z from 'zod/mini'
import { lazy } from '../../support/lazy.ts'
import type { Schema } from '../../support/schema.ts'
import { agreeing } from '../../support/schema-agreement.ts'
import { matching, oneOf, sendable, whole } from '../../support/schemas.ts'
import type { ClerkFactor, ClerkSessionReverification, ClerkVerification } from './reverification-types.ts'
import type {
  ClerkClientResource,
  ClerkErrorDetail,
  ClerkSession,
  ClerkSessionStatus,
  ClerkToken,
} from './types.ts'

/** What can stand in a header as it is. The specification promises no more of a token than that it is a string. */
const headerValue = matching(/^[\x21-\x7e]+( +[\x21-\x7e]+)*$/)
const record = () => z.looseObject({})

/** What may be there, and may be `null`. */
const nullish = <T extends z.ZodMiniType>(schema: T) => z.exactOptional(z.nullable(schema))

/** An enumeration of Clerk's: the interface names the values that are known, and any other passes. */
const open = <Value extends string>() => z.string() as unknown as z.ZodMiniType<Value>

const sessionBase = lazy(() =>
  z.looseObject({
    id: z.string(),
    object: oneOf('session'),
    status: open<ClerkSessionStatus>(),
    expire_at: whole,
    abandon_at: whole,
    last_active_at: whole,
    last_active_token: nullish(z.looseObject({ object: oneOf('token'), jwt: z.string() })),
    actor: nullish(record()),
    tasks: nullish(z.array(z.looseObject({ key: z.string() }))),
  }),
)

const publicUserData = lazy(() =>
  z.looseObject({
    first_name: z.nullable(z.string()),
    last_name: z.nullable(z.string()),
    image_url: nullish(z.string()),
    has_image: z.boolean(),
    identifier: z.string(),
    user_id: nullish(z.string()),
    username: nullish(z.string()),
    banned: z.exactOptional(z.boolean()),
    deprovisioned: z.exactOptional(z.boolean()),
  }),
)

const session = lazy(() =>
  z.looseObject({
    ...sessionBase().shape,
    last_active_organization_id: z.nullable(z.string()),
    user: nullish(record()),
    public_user_data: z.nullable(publicUserData()),
    factor_verification_age: z.nullable(z.array(whole)),
    created_at: whole,
    updated_at: whole,
  }),
)

const client = lazy(() =>
  z.looseObject({
    object: oneOf('client'),
    id: z.string(),
    sessions: z.array(session()),
    sign_in: z.nullable(record()),
    sign_up: z.nullable(record()),
    last_active_session_id: z.nullable(z.string()),
    last_authentication_strategy: z.nullable(z.string()),
    cookie_expires_at: z.nullable(whole),
    captcha_bypass: z.boolean(),
    created_at: whole,
    updated_at: whole,
  }),
)

const factor = lazy(() =>
  z.looseObject({
    strategy: open<ClerkFactor['strategy']>(),
    safe_identifier: z.exactOptional(z.string()),
    email_address_id: z.exactOptional(z.string()),
    phone_number_id: z.exactOptional(z.string()),
    passkey_id: z.exactOptional(z.string()),
    enterprise_connection_id: z.exactOptional(z.string()),
    enterprise_connection_name: z.exactOptional(z.string()),
    primary: nullish(z.boolean()),
    default: z.exactOptional(z.boolean()),
    external_verification_redirect_url: nullish(z.string()),
  }),
)

const verification = lazy(() =>
  z.looseObject({
    object: z.exactOptional(z.string()),
    status: open<ClerkVerification['status']>(),
    strategy: open<ClerkVerification['strategy']>(),
    attempts: nullish(whole),
    expire_at: nullish(whole),
    nonce: nullish(z.string()),
    external_verification_redirect_url: nullish(z.string()),
    error: nullish(
      z.looseObject({
        message: z.string(),
        long_message: z.exactOptional(z.string()),
        code: open<ClerkErrorDetail['code']>(),
        meta: z.exactOptional(record()),
      }),
    ),
  }),
)

const reverification = lazy(() =>
  z.looseObject({
    object: open<ClerkSessionReverification['object']>(),
    level: open<ClerkSessionReverification['level']>(),
    status: open<ClerkSessionReverification['status']>(),
    supported_first_factors: z.nullable(z.array(factor())),
    supported_second_factors: z.nullable(z.array(factor())),
    first_factor_verification: z.nullable(verification()),
    second_factor_verification: z.nullable(verification()),
    session: sessionBase(),
  }),
)

/** What nearly every answer comes in. */
export interface Enveloped<T> {
  readonly response: T
  /** The client rides along. Absent or `null`: keep what you know. */
  readonly client?: ClerkClientResource | null
}

/** A session in its envelope. */
export const sessionAnswer: Schema<Enveloped<ClerkSession>> = agreeing(() =>
  z.looseObject({ response: session(), client: nullish(client()) }),
)

/** A reverification in its envelope. */
export const reverificationAnswer: Schema<Enveloped<ClerkSessionReverification>> = agreeing(() =>
  z.looseObject({ response: reverification(), client: nullish(client()) }),
)

/** An answer that is about the client itself. */
export interface ClientAnswer {
  /** `null`: there is none, so nobody is signed in. */
  readonly response: ClerkClientResource | null
  /** The removal of all sessions promises no more of it than that it is an object. */
  readonly client?: Readonly<Record<string, unknown>> | null
}

/** The client in its envelope. */
export const clientAnswer: Schema<ClientAnswer> = agreeing(() =>
  z.looseObject({ response: z.nullable(client()), client: nullish(record()) }),
)

/** What holds a client together: a program goes by its sessions. */
const frame = lazy(() =>
  z.looseObject({ sessions: z.array(z.looseObject({ id: z.string(), status: z.string() })) }),
)

/** What an answer comes in, whatever is in it. */
export const envelope: Schema<unknown> = agreeing(() =>
  z.looseObject({ response: record(), client: nullish(frame()) }),
)

/** What the client comes in. */
export const clientEnvelope: Schema<unknown> = agreeing(() =>
  z.looseObject({ response: z.nullable(frame()) }),
)

/** A session token. It goes into a header. */
export const tokenAnswer: Schema<ClerkToken> = agreeing(() => z.looseObject({ jwt: headerValue }))

/** The token of a browser on a development instance. */
export interface DevBrowserAnswer {
  readonly id: string
}

/** A development browser. Its id goes into a query. */
export const devBrowserAnswer: Schema<DevBrowserAnswer> = agreeing(() => z.looseObject({ id: sendable }))

/** An error's body, as far as it holds a client. */
export const clientInError: Schema<ClientInError> = agreeing(() =>
  z.looseObject({ meta: z.looseObject({ client: client() }) }),
)

/** The client rides along in errors, too. */
export interface ClientInError {
  readonly meta: { readonly client: ClerkClientResource }
}
