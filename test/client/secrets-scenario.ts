import type { Fetch, TokenStorage } from 'latchkey'
import type { FakeClock } from 'latchkey/testing'
import type { PatientClock } from '../fuzz/patient-clock.ts'
import { PASSWORD, VICTIMS } from '../fuzz/victims.ts'
import { Showing } from './traces.ts'

const HOUR_MS = 3_600_000
const ADOPTED = `adopted.${'x'.repeat(3000)}`
const TOKEN_FIELD = /token$|^jwt$/

/** An answer that has been read, so that reading it takes no time: a browser's own does, while a fake clock goes on. */
function atHand(text: string, response: Response): Response {
  const whole = new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode(text))
      controller.close()
    },
  })
  return new Response(text ? whole : null, response)
}

/** Every token that goes over the wire. */
function tapping(during: NonNullable<Home['during']>) {
  const secrets = new Set([PASSWORD, ADOPTED])
  const note = (value: unknown, key = ''): void => {
    // An empty one tells that there is none any more.
    if (value && typeof value === 'string' && TOKEN_FIELD.test(key)) secrets.add(value)
    if (typeof value === 'object' && value !== null) {
      for (const [name, part] of Object.entries(value)) note(part, name)
    }
  }
  const tap =
    (fetch: Fetch): Fetch =>
    (...args) =>
      // A request's body takes time as well. No server here waits for the clock, which would wait for it.
      during(async () => {
        const response = await fetch(...args)
        note(response.headers.get('authorization'), 'token')
        note(response.headers.get('clerk-db-jwt'), 'token')
        const text = await response.text()
        note(await new Response(text).json().catch(() => {}))
        return atHand(text, response)
      })
  return { secrets, tap }
}

/** A storage, and the way to make every error of it quote whatever it was given. */
export function indiscreet(inner: TokenStorage): { storage: TokenStorage; breakDown: () => void } {
  const seen: unknown[] = []
  let isBroken = false
  const guarded = <T>(act: () => T, ...given: unknown[]): T => {
    seen.push(...given)
    if (isBroken) throw new Error(seen.join(' '))
    return act()
  }
  const storage: TokenStorage = {
    ...inner,
    read: (key) => guarded(() => inner.read(key)),
    replace: (key, expected, next) => guarded(() => inner.replace(key, expected, next), expected, next),
    exclusive: (...args) => guarded(() => inner.exclusive(...args)),
  }
  const breakDown = (): void => {
    isBroken = true
  }
  return { storage, breakDown }
}

/** Where two clients of a user live, until it breaks. */
export interface Home {
  readonly clock: FakeClock
  readonly storage: TokenStorage
  /** Does what takes real time while the clock stands still. Absent: nothing does. */
  readonly during?: PatientClock['during']
  breakDown(): unknown
}

/**
 * Lets two clients of an API share a session, before their storage has broken and after.
 *
 * @param api which of {@link VICTIMS}
 * @throws {Error} A secret shows in what they throw, in what they tell, or in themselves; or the storage did not break.
 */
export async function keepSecrets(
  api: string,
  { clock, storage, during = async (act) => act(), breakDown }: Home,
): Promise<void> {
  const open = VICTIMS[api]
  if (!open) throw new Error(`There is no ${api}`)
  const { secrets, tap } = tapping(during)
  const first = open({ clock, storage, tamper: tap })
  const second = open({ clock, storage, tamper: () => tap(first.server.fetch) })
  const showings = [first, second].map(({ client }) => new Showing(client))
  const both = async (act: (victim: typeof first) => Promise<unknown> | undefined): Promise<void> => {
    for (const [index, victim] of [first, second].entries()) {
      await showings[index]?.of(() => clock.until(Promise.resolve(act(victim)).then(() => undefined)))
    }
  }
  await showings[0]?.of(() => clock.until(first.signIn().then(() => undefined)))
  await both(({ client }) => client.session.restore())
  await both(({ client }) => client.session.refresh())
  await clock.advance(HOUR_MS)
  await both(({ calls }) => calls.fetch?.())
  await breakDown()
  let broken = false
  for (const { client } of [first, second]) {
    client.session.on('storageFailed', () => {
      broken = true
    })
  }
  await clock.advance(2 * HOUR_MS)
  await both(({ calls }) => calls.fetch?.())
  await both(({ client }) => client.session.restore())
  // A longer record wants room that there may not be.
  await both(({ client }) => client.session.adopt({ accessToken: ADOPTED, refreshToken: ADOPTED }))
  await both(({ client }) => client.session.end())
  await both(({ client }) => client.session.close())
  if (secrets.size < 3) throw new Error('No token went over the wire')
  if (!broken) throw new Error('The storage has not broken')
  for (const showing of showings) showing.expectNone([...secrets])
}

/**
 * The same for all of {@link VICTIMS}, side by side in one place that breaks for all of them at once.
 *
 * @param homeOf where the clients of an API live; each must have keys of its own
 * @param trouble what befalls the place
 */
export async function keepAllSecrets(
  homeOf: (api: string) => Home,
  trouble: () => unknown = () => {},
): Promise<void> {
  const apis = Object.keys(VICTIMS)
  let strike = (): void => {}
  const broken = new Promise((resolve) => {
    strike = () => resolve(trouble())
  })
  let missing = apis.length
  const lives = apis.map(async (api) => {
    const home = homeOf(api)
    const breakDown = async (): Promise<void> => {
      missing--
      if (missing === 0) strike()
      await broken
      await home.breakDown()
    }
    await keepSecrets(api, { ...home, breakDown }).catch((error: Error) => {
      throw new Error(`${api}: ${error.message}`, { cause: error })
    })
  })
  await Promise.all(lives)
}
