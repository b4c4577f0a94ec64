/** The signature of the platform's `fetch`. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** What headers can be made of. Node's types have no name for it. */
export type HeadersLike = NonNullable<RequestInit['headers']>
