import {
  type FakeClerk,
  type FakeKoms,
  type FakeSaferMe,
  type FakeZelf,
  fakeClerk,
  fakeKoms,
  fakeSaferMe,
  fakeZelf,
} from 'latchkey/testing'

/** The four servers. */
export interface Fakes {
  readonly saferme: FakeSaferMe
  readonly koms: FakeKoms
  readonly zelf: FakeZelf
  readonly clerk: FakeClerk
}

/** @param tokenLifeMs how long access tokens live */
export function makeFakes(tokenLifeMs: number): Fakes {
  return {
    saferme: fakeSaferMe({ tokenLifeMs }),
    koms: fakeKoms({ tokenLifeMs }),
    zelf: fakeZelf({ tokenLifeMs }),
    clerk: fakeClerk({ tokenLifeMs }),
  }
}
