import type { FakeSaferMe, RecordedRequest } from '../../src/testing/index.ts'

/** A refresh that the server saw. */
export interface SentRefresh {
  readonly worker: string
  /** The refresh token that it was sent with. */
  readonly pair: string
  /** When it arrived, by the real clock. */
  readonly at: number
  /** 200: it was granted; 401: refused; `null`: it has not been answered. */
  readonly status: number | null
}

/** What the server knows of the refreshes of a session that many processes share. */
export interface Ledger {
  readonly sent: readonly SentRefresh[]
  /** Those sent with a pair that somebody had sent before, with who had. */
  readonly repeated: readonly { readonly first: SentRefresh; readonly again: SentRefresh }[]
  /** Moves the server's clock on. */
  shift(milliseconds: number): void
}

export function ledgerOf(server: FakeSaferMe): Ledger {
  const shifts = [{ from: 0, offset: 0 }]
  const read = (request: RecordedRequest, index: number): SentRefresh => {
    const { session } = JSON.parse(request.body) as { session: { refresh_token: string } }
    const offset = shifts.findLast(({ from }) => from <= index)?.offset ?? 0
    return {
      worker: request.headers.get('x-worker') ?? '',
      pair: session.refresh_token,
      at: request.at - offset,
      status: request.status,
    }
  }
  const ledger: Ledger = {
    get sent() {
      return server.requests.flatMap((request, index) =>
        request.operation === 'refreshSession' ? [read(request, index)] : [],
      )
    },
    get repeated() {
      const firsts = new Map<string, SentRefresh>()
      return ledger.sent.flatMap((again) => {
        const first = firsts.get(again.pair)
        if (!first) firsts.set(again.pair, again)
        return first ? [{ first, again }] : []
      })
    },
    shift: (milliseconds) => {
      server.clockOffset += milliseconds
      shifts.push({ from: server.requests.length, offset: server.clockOffset })
    },
  }
  return ledger
}
