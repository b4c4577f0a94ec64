import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { API_NAMES, type ApiName } from '../../examples/playground/control.ts'
import { chromium } from '../chromium.ts'
import {
  ANSWERS,
  call,
  eventually,
  logOf,
  outlivesAll,
  panel,
  press,
  sees,
  seesAll,
  signInAll,
  useVisits,
  VISIT_MS,
} from './playground-visit.ts'

const DROP = 'Drop the next answer'
const UNAVAILABLE = '503 for ten seconds'
const CLOCK = 'Clock three hours off'
const REVOKE = 'Revoke on the server'

async function put(page: Page, api: ApiName, fault: string): Promise<void> {
  await press(page, api, fault)
  await panel(page, api).getByRole('button', { name: fault, pressed: true }).waitFor()
}

async function isOver(page: Page, api: ApiName, fault: string): Promise<void> {
  await panel(page, api).getByRole('button', { name: fault, pressed: false }).waitFor()
}

async function kindsOf(page: Page, api: ApiName): Promise<readonly string[]> {
  return (await logOf(page)).filter((line) => line.api === api).map(({ kind }) => kind)
}

describe.skipIf(!chromium)('the playground, with faults put in', { timeout: VISIT_MS }, () => {
  const visiting = useVisits()

  it.concurrent(
    'an answer to a call that is dropped costs a retry or an error, and never the session',
    visiting({ tokenLifeMs: 600_000 }, async (visit) => {
      const page = await visit.open()
      await signInAll(page)
      for (const api of API_NAMES) {
        await put(page, api, DROP)
        await press(page, api, DROP)
        await isOver(page, api, DROP)
        await call(page, api)
        expect(new Set(await kindsOf(page, api))).toEqual(new Set(['request', 'start', 'fault']))

        await put(page, api, DROP)
        await press(page, api, 'Call')
        const retried = api === 'saferme' || api === 'koms'
        await sees(page, api, 'said', retried ? ANSWERS[api] : 'network: fetch: no answer came')
        await isOver(page, api, DROP)
        if (retried) expect(await kindsOf(page, api)).toEqual(expect.arrayContaining(['failure', 'retry']))
      }
      await seesAll(page, 'status', 'Signed in')
      expect(visit.refusals).toEqual(['getSession null', 'getUser null', 'api null', 'api null'])
    }),
  )

  it.concurrent(
    'an answer to a refresh that is dropped ends what can’t be repeated as lost, and nothing else',
    visiting({}, async (visit) => {
      const page = await visit.open()
      await signInAll(page)
      await outlivesAll(page)
      for (const api of API_NAMES) {
        await put(page, api, DROP)
        await press(page, api, 'Call')
      }
      for (const api of ['saferme', 'koms'] as const) {
        await sees(page, api, 'status', 'An answer with new tokens was lost on its way.')
        await sees(page, api, 'said', 'session_ended: The session has ended: lost')
        expect(await kindsOf(page, api)).toContain('end')
        await press(page, api, 'Sign in')
      }
      for (const api of ['zelf', 'clerk'] as const) {
        await sees(page, api, 'said', ANSWERS[api])
        expect(await kindsOf(page, api)).toEqual(expect.arrayContaining(['failure', 'retry', 'refresh']))
        expect(await kindsOf(page, api)).not.toContain('end')
      }
      await seesAll(page, 'status', 'Signed in')
    }),
  )

  it.concurrent(
    'ten seconds of 503 are waited out by whoever needs a new token',
    visiting({ tokenLifeMs: 8000 }, async (visit) => {
      const page = await visit.open()
      await signInAll(page)
      await outlivesAll(page)
      for (const api of API_NAMES) {
        await put(page, api, UNAVAILABLE)
        await press(page, api, 'Call')
      }
      for (const api of API_NAMES) {
        await sees(page, api, 'said', ANSWERS[api])
        expect(await kindsOf(page, api)).toEqual(expect.arrayContaining(['failure', 'retry', 'refresh']))
        expect(await kindsOf(page, api)).not.toContain('end')
        await isOver(page, api, UNAVAILABLE)
      }
      expect(visit.refusals.filter((refusal) => !refusal.endsWith(' 503'))).toEqual([])
      const told = (await logOf(page)).map(({ text }) => text)
      expect(told).toContain('createSessionToken again in 2.0 s, since it was answered 503')
    }),
  )

  it.concurrent(
    'a server whose clock is three hours off costs nobody the session',
    visiting({ tokenLifeMs: 60_000 }, async (visit) => {
      const page = await visit.open()
      await signInAll(page)
      for (const api of API_NAMES) {
        await put(page, api, CLOCK)
        await sees(page, api, 'countdown', 'Token ran out')
        await call(page, api)
        await sees(page, api, 'countdown', /^\d+ s left$/)
        expect((await kindsOf(page, api)).filter((kind) => kind === 'refresh')).toHaveLength(1)
      }
      for (const api of API_NAMES) {
        await press(page, api, CLOCK)
        await sees(page, api, 'countdown', '3 h 0 min left')
        await call(page, api)
      }
      await seesAll(page, 'status', 'Signed in')
    }),
  )

  it.concurrent(
    'a session that is revoked on the server has ended, or is made anew where that is the API’s way',
    visiting({}, async (visit) => {
      const page = await visit.open()
      await signInAll(page)
      await outlivesAll(page)
      for (const api of API_NAMES) {
        await press(page, api, REVOKE)
        await eventually(async () => expect(await kindsOf(page, api)).toContain('fault'))
        await press(page, api, 'Call')
      }
      for (const api of ['saferme', 'koms'] as const)
        await sees(page, api, 'status', 'The server said that it is over.')
      await sees(page, 'zelf', 'said', ANSWERS.zelf)
      await sees(page, 'zelf', 'status', 'Signed in')
      await sees(page, 'clerk', 'status', 'Ended')
      for (const api of ['saferme', 'koms', 'clerk'] as const) {
        await press(page, api, 'Sign in')
        await sees(page, api, 'status', 'Signed in')
      }
    }),
  )
})
