import assert from 'node:assert/strict'
import { fakeClock } from '../../src/testing/index.ts'
import { PLACES } from './places.ts'
import { VICTIMS } from './victims.ts'

/** Has a client of each API, over each storage, do all that it can, and answers how many calls succeeded. */
export async function wholeLife(): Promise<number> {
  let succeeded = 0
  for (const place of Object.values(PLACES)) {
    for (const open of Object.values(VICTIMS)) {
      const { clock, storage } = place(fakeClock())
      const { client, calls, signIn } = open({ clock, storage, tamper: (fetch) => fetch })
      await clock.until(signIn())
      assert.ok(await clock.until(client.session.getAccessToken()))
      for (const call of Object.values(calls)) {
        await clock.until(call()).then(
          () => succeeded++,
          () => {},
        )
      }
      await clock.until(client.session.close())
    }
  }
  return succeeded
}
