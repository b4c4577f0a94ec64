import type { ClerkClient } from 'latchkey'

/** An operation's name, and one call of it. */
export type Operation = readonly [name: string, run: () => Promise<unknown>]

const ID = 'sess_2abcDEF'
const code = '424242'

/** The operations, with input that the specification allows. */
export function operationsOf(clerk: ClerkClient, hasClient: boolean): readonly Operation[] {
  const operations: readonly Operation[] = [
    ['removeSessions', () => clerk.removeSessions()],
    ['getSession', () => clerk.getSession(ID)],
    ['touchSession', () => clerk.touchSession(ID, { active_organization_id: 'org_1', intent: 'select_org' })],
    ['endSession', () => clerk.endSession(ID)],
    ['removeSession', () => clerk.removeSession(ID)],
    ['createSessionToken', () => clerk.createSessionToken(ID, { organization_id: 'org_1' })],
    ['createSessionTokenWithTemplate', () => clerk.createSessionTokenWithTemplate(ID, 'hasura')],
    ['startReverification', () => clerk.startReverification(ID, { level: 'multi_factor' })],
    [
      'prepareFirstFactor',
      () => clerk.prepareFirstFactor(ID, { strategy: 'email_code', email_address_id: 'idn_1' }),
    ],
    ['attemptFirstFactor', () => clerk.attemptFirstFactor(ID, { strategy: 'email_code', code })],
    [
      'prepareSecondFactor',
      () => clerk.prepareSecondFactor(ID, { strategy: 'phone_code', phone_number_id: 'idn_2' }),
    ],
    ['attemptSecondFactor', () => clerk.attemptSecondFactor(ID, { strategy: 'totp', code })],
  ]
  return hasClient ? [['getClient', () => clerk.getClient()], ...operations] : operations
}
