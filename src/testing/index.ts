export type { ContractCase } from './contract-case.ts'
export type { FakeClerk, FakeClerkNewSession, FakeClerkSession } from './fake-clerk.ts'
export { fakeClerk } from './fake-clerk.ts'
export type { FakeClerkForgottenCode } from './fake-clerk-client.ts'
export type { FakeClerkOptions, FakeClerkSettings, FakeClerkTemplate } from './fake-clerk-options.ts'
export type { FakeClerkOrganization } from './fake-clerk-organization.ts'
export type { FakeClerkSessionStatus } from './fake-clerk-session.ts'
export type { FakeClerkUser } from './fake-clerk-user.ts'
export type { FakeClock, FakeClockOptions } from './fake-clock.ts'
export { fakeClock } from './fake-clock.ts'
export type { FakeKoms, FakeKomsOptions, FakeKomsSession } from './fake-koms.ts'
export { fakeKoms } from './fake-koms.ts'
export type { FakeSaferMe, FakeSaferMeOptions, FakeSaferMeSession } from './fake-saferme.ts'
export { fakeSaferMe } from './fake-saferme.ts'
export type {
  FakeListenOptions,
  FakeServer,
  FakeServerOptions,
  FaultOptions,
  RecordedRequest,
} from './fake-server.ts'
export { fakeServer } from './fake-server.ts'
export type { FakeUser } from './fake-user.ts'
export type { FakeZelf, FakeZelfOptions, FakeZelfSession } from './fake-zelf.ts'
export { fakeZelf } from './fake-zelf.ts'
export type { Fault } from './fault.ts'
export type { ListeningServer } from './listen.ts'
export { protocolContract } from './protocol-contract.ts'
export type { ProtocolUnderTest } from './protocol-trial.ts'
export type { Route, ServerAnswer, ServerRequest } from './route.ts'
export type { StorageContractOptions, StorageUnderTest } from './storage-contract.ts'
export { storageContract } from './storage-contract.ts'
