import { notFound } from './fake-clerk-refusal.ts'

/** An organization on a fake Clerk server. Every user is a member of each. */
export interface FakeClerkOrganization {
  readonly id: string
  readonly slug: string
}

/**
 * Answers the organization with this id.
 *
 * @throws {ClerkRefusal} 404: there is none.
 */
export function organizationById(
  organizations: readonly FakeClerkOrganization[],
  id: string,
): FakeClerkOrganization {
  const organization = organizations.find((one) => one.id === id)
  if (!organization) throw notFound()
  return organization
}

/**
 * Answers the organization with this id or slug.
 *
 * @throws {ClerkRefusal} 404: there is none.
 */
export function organizationByName(
  organizations: readonly FakeClerkOrganization[],
  idOrSlug: string,
): FakeClerkOrganization {
  const bySlug = organizations.find((one) => one.slug === idOrSlug)
  return bySlug ?? organizationById(organizations, idOrSlug)
}
