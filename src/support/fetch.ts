/** The signature of the platform's `fetch`. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** What stops a call of `fetch`. */
export function signalOf(input: string | URL | Request, init?: RequestInit): AbortSignal | undefined {
  return init?.signal ?? (input instanceof Request ? input.signal : undefined)
}

/** Lets go of the connection of an answer that nobody will read. */
export function discard({ body }: Response): void {
  body?.cancel().catch(() => {})
}

/** What headers can be made of. Node's types have no name for it. */
export type HeadersLike = NonNullable<RequestInit['headers']>
