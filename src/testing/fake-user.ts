/** Somebody who can sign in to a fake server with a password. */
export interface FakeUser {
  readonly email: string
  readonly password: string
}
