import type { BaseClientOptions } from '../../client/options.ts'
import type { ClerkMode } from './credential.ts'
import type { FrontendApiOptions } from './host.ts'

/** Options of a {@link ClerkClient}. */
export interface ClerkClientOptions extends FrontendApiOptions, BaseClientOptions {
  /**
   * How the program says which client it is. Default: in a page, `development` for a `pk_test_` key and `browser`
   * otherwise; outside a page, `native`.
   */
  readonly mode?: ClerkMode
  /**
   * A client token that was obtained elsewhere, as by signing in, in the way in which it came: in mode `native`, as the
   * answer's `Authorization` had it; in mode `development`, the dev browser token. It takes the place of a stored one;
   * given again at the next start, it stands for what it has become since. Default: the stored one, else a new client.
   */
  readonly clientToken?: string
  /** The version of the Frontend API to speak: `YYYY-MM-DD`. Default: the one that the instance is set to. */
  readonly apiVersion?: string
  /** The origins of your own back end that `fetch` takes session tokens to. The first one is what paths go under. */
  readonly authorizedOrigins?: readonly (string | URL)[]
}
