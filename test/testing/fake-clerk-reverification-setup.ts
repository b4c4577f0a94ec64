import { setUp } from './fake-clerk-setup.ts'

export const one = { id: 'user_1', email: 'ada@example.com', password: 'correct horse' }
export const two = { ...one, phone: '+15555550100', secondFactorPhone: '+15555550101', totp: true }
export const everything = {
  ...two,
  passkey: 'credential-1',
  enterpriseConnection: 'ent_1',
  backupCodes: ['b1', 'b2'],
}

/** A session of `user`, and what verifies them anew. */
export function setUpFor(user: typeof one, options: Parameters<typeof setUp>[0] = {}) {
  const { clock, server, send, post } = setUp({ users: [user], ...options })
  const id = server.addSession()
  const verify = (level: string) => post(`${id}/verify`, { level })
  const step =
    (name: string) =>
    (strategy: string, fields: Record<string, string> = {}) =>
      post(`${id}/verify/${name}`, { strategy, ...fields })
  const factorAge = async () => (await send('GET', `/sessions/${id}`)).body.response.factor_verification_age
  return {
    clock,
    server,
    verify,
    prepareFirst: step('prepare_first_factor'),
    attemptFirst: step('attempt_first_factor'),
    prepareSecond: step('prepare_second_factor'),
    attemptSecond: step('attempt_second_factor'),
    factorAge,
  }
}
