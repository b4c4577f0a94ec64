import type { ResponseValidationError } from '../../errors/response-validation-error.ts'
import type { TransportEvents } from '../../http/transport-events.ts'

/** What `clerk.on` tells of. */
export interface ClerkEvents extends TransportEvents {
  /** An answer was not as documented, and was let through. */
  readonly drift: { readonly error: ResponseValidationError }
}
