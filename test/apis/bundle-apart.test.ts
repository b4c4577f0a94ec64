import { expect, it } from 'vitest'
import { bundle } from './bundle.ts'

/** What tells an API in a bundle: a path, a field name, a code of its own, that minifying leaves as it is. */
const MARKS = {
  SaferMeClient: ['/api/v4/session', 'app_bundle_id', 'saferme_api', 'preferred_team_id'],
  KomsClient: ['x-koms-clientid', 'account_type', 'koms_api', 'access_token_expires_in'],
  ZelfClient: ['/api/sessions', 'activatedAt', 'zelf_api', 'api.zelf.world'],
  ClerkClient: ['/client/sessions', '__clerk_db_jwt', 'clerk_api', 'factor_verification_age'],
}

it.each(Object.keys(MARKS))('an application pays for no other API than %s', async (client) => {
  const { text } = await bundle(`export { ${client} } from 'latchkey'`)
  const present = Object.entries(MARKS).map(([name, marks]) => [
    name,
    marks.filter((mark) => text.includes(mark)),
  ])
  expect(Object.fromEntries(present)).toEqual(
    Object.fromEntries(Object.entries(MARKS).map(([name, marks]) => [name, name === client ? marks : []])),
  )
})
