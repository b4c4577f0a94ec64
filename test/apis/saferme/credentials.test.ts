import { RequestValidationError, type SaferMeCredentials } from 'latchkey'
import { describe, expect, it } from 'vitest'
import { createAnswer, credentials } from './fixtures.ts'
import { failureOf, scripted, signedIn } from './scripted.ts'

const SECRET = 'hunter2-hunter2'
const wrongTexts = ['', 7, null, undefined, true, [SECRET], { SECRET }, new String(SECRET), Symbol('s'), 7n]

const bad: readonly (readonly [what: string, input: unknown, fields: readonly string[]])[] = [
  ...wrongTexts.map(
    (email) => [`email ${String(typeof email)}`, { ...credentials, email }, ['email']] as const,
  ),
  ...wrongTexts.map(
    (password) => [`password ${typeof password}`, { ...credentials, password }, ['password']] as const,
  ),
  ['nothing in it', {}, ['email', 'password']],
  ['both empty', { email: '', password: '' }, ['email', 'password']],
  ['the envelope', { session: credentials }, ['email', 'password']],
  ...[
    undefined,
    null,
    [],
    [credentials],
    SECRET,
    7,
    true,
    () => credentials,
    new Map(Object.entries(credentials)),
  ].map((input) => [`no object: ${typeof input}`, input, undefined] as never),
]

describe('credentials that can not be right', () => {
  it.for(bad)('are not sent: %s', async ([, input, fields]) => {
    const { client, sent } = scripted([])
    const error = await failureOf(client.createSession(input as SaferMeCredentials))
    expect(error).toBeInstanceOf(RequestValidationError)
    expect(error).toMatchObject({ operation: 'createSession', ...(fields && { fields }) })
    expect(`${(error as Error).stack}${JSON.stringify(error)}`).not.toContain(SECRET)
    expect(sent).toEqual([])
  })

  it('end no session that is there', async () => {
    const { client } = await signedIn([])
    await failureOf(client.createSession({ email: '', password: '' }))
    expect(client.session.snapshot().status).toBe('active')
  })

  it('do not overtake a sign-in that is under way', async () => {
    const { client } = scripted([{ body: createAnswer }, { body: {} }])
    const good = client.createSession(credentials)
    await failureOf(client.createSession({ email: '', password: '' }))
    await good
    expect(client.session.snapshot().status).toBe('active')
  })

  it('are a rejection, not a throw', () => {
    const { client } = scripted([])
    const call = client.createSession(null as never)
    return expect(call).rejects.toBeInstanceOf(RequestValidationError)
  })
})

describe('credentials that are odd', () => {
  it('are sent whole at 10 MB', async () => {
    const { client, sent } = scripted([{ body: createAnswer }])
    const password = 'p'.repeat(10 * 1024 * 1024)
    await client.createSession({ ...credentials, password })
    // Compared as a flag: a failure would print it all.
    expect(JSON.parse(sent[0]?.body ?? '').session.password === password).toBe(true)
  })

  it('are sent as they are: spaces at the ends belong to a password', async () => {
    const { client, sent } = scripted([{ body: createAnswer }])
    await client.createSession({ email: ' Ada@Example.com ', password: '  ' })
    expect(JSON.parse(sent[0]?.body ?? '').session).toMatchObject({
      email: ' Ada@Example.com ',
      password: '  ',
    })
  })

  it('do not smuggle other fields in', async () => {
    const { client, sent } = scripted([{ body: createAnswer }])
    const more = { ...credentials, app_bundle_id: 'com.evil', access_token: 'x', __proto__: { admin: true } }
    await client.createSession(more)
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual({
      session: { app_bundle_id: 'com.thundermaps.saferme', ...credentials },
    })
  })
})
