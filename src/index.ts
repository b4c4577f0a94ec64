export type { AnyLatchkeyError, LatchkeyErrorCode } from './apis/any-latchkey-error.ts'
export { isLatchkeyError } from './apis/any-latchkey-error.ts'
export type { ClerkGetTokenOptions } from './apis/clerk/client.ts'
export { ClerkClient } from './apis/clerk/client.ts'
export type { ClerkMode } from './apis/clerk/credential.ts'
export { ClerkApiError, isCaptchaNeeded, isReverificationNeeded, isSignedOut } from './apis/clerk/errors.ts'
export type { FrontendApiOptions } from './apis/clerk/host.ts'
export type { ClerkClientOptions } from './apis/clerk/options.ts'
export type {
  ClerkAttemptCode,
  ClerkAttemptFirstFactorInput,
  ClerkAttemptPasskey,
  ClerkAttemptPassword,
  ClerkAttemptSecondFactorInput,
  ClerkFactor,
  ClerkPrepareEmailCode,
  ClerkPrepareFirstFactorInput,
  ClerkPrepareFirstPhoneCode,
  ClerkPreparePasskeyOrSso,
  ClerkPrepareSecondFactorInput,
  ClerkProof,
  ClerkReverificationInput,
  ClerkReverificationLevel,
  ClerkReverificationStatus,
  ClerkSessionReverification,
  ClerkStrategy,
  ClerkVerification,
  ClerkVerificationStatus,
} from './apis/clerk/reverification-types.ts'
export type { ClerkFactorStage, ClerkReverifyInput } from './apis/clerk/reverify.ts'
export type {
  ClerkClientResource,
  ClerkErrorCode,
  ClerkErrorDetail,
  ClerkLastActiveToken,
  ClerkPublicUserData,
  ClerkSession,
  ClerkSessionBase,
  ClerkSessionStatus,
  ClerkSessionTask,
  ClerkToken,
  ClerkTokenInput,
  ClerkTouchInput,
  ClerkTouchIntent,
} from './apis/clerk/types.ts'
export type { KomsClientOptions } from './apis/koms/client.ts'
export { KomsClient } from './apis/koms/client.ts'
export { KomsApiError } from './apis/koms/errors.ts'
export type { KomsCredentials, KomsMessage, KomsReason, KomsSession, KomsUser } from './apis/koms/types.ts'
export type { SaferMeClientOptions } from './apis/saferme/client.ts'
export { SaferMeClient } from './apis/saferme/client.ts'
export { SaferMeApiError } from './apis/saferme/errors.ts'
export type {
  SaferMeCredentials,
  SaferMeFields,
  SaferMeProfile,
  SaferMeSession,
} from './apis/saferme/types.ts'
export type { ZelfClientOptions } from './apis/zelf/client.ts'
export { ZelfClient } from './apis/zelf/client.ts'
export { ZelfApiError } from './apis/zelf/errors.ts'
export type { ZelfCredentials, ZelfSession } from './apis/zelf/types.ts'

export type { BaseClientOptions, ClientOptions, SessionClientOptions } from './client/options.ts'
export type { Outgoing, Send, SessionProtocol } from './client/protocol.ts'
export { SessionClient } from './client/session-client.ts'
export type { PooledClient, SessionPoolOptions } from './client/session-pool.ts'
export { SessionPool } from './client/session-pool.ts'
export { AbortedError } from './errors/aborted-error.ts'
export type { ApiErrorCode, ApiFailure } from './errors/api-error.ts'
export { ApiError } from './errors/api-error.ts'
export { ConfigurationError } from './errors/configuration-error.ts'
export { isRateLimited, isUnauthorized } from './errors/guards.ts'
export { LatchkeyError } from './errors/latchkey-error.ts'
export { NetworkError } from './errors/network-error.ts'
export { NoSessionError } from './errors/no-session-error.ts'
export { RequestValidationError } from './errors/request-validation-error.ts'
export { ResponseValidationError } from './errors/response-validation-error.ts'
export type { EndReason } from './errors/session-ended-error.ts'
export { SessionEndedError } from './errors/session-ended-error.ts'
export type { StorageFailure } from './errors/storage-error.ts'
export { StorageError } from './errors/storage-error.ts'
export { TimeoutError } from './errors/timeout-error.ts'
export type { Answer } from './http/answer.ts'
export type { Endpoint, Message, Method } from './http/endpoint.ts'
export type { HeadersSource } from './http/headers.ts'
export type { CallOptions, Timeouts } from './http/http-client.ts'
export type { RetryOptions } from './http/retry-policy.ts'
export type {
  RequestDescription,
  RequestEvent,
  ResponseEvent,
  RetryEvent,
  TransportEvents,
} from './http/transport-events.ts'
export type { ListenToSession, SessionBegan, SessionEnded, SessionEvents } from './session/events.ts'
export type {
  Adopted,
  Ended,
  Refreshed,
  RefreshOutcome,
  Superseded,
  TransientFailure,
  Unchanged,
} from './session/outcome.ts'
export type {
  EarlyRefresh,
  Grant,
  GrantedTokens,
  Phase,
  SessionPolicy,
  TokenSet,
  Verdict,
} from './session/protocol.ts'
export type { Session, WaitOptions } from './session/session.ts'
export type { EndResult } from './session/sign-out.ts'
export type { SessionSnapshot } from './session/snapshot.ts'
export type { BrowserKeyOptions } from './storage/browser-key.ts'
export { browserKey } from './storage/browser-key.ts'
export type { CookieAccess, CookieAttributes } from './storage/cookie-access.ts'
export type { CookieStorageOptions } from './storage/cookie-storage.ts'
export { cookieStorage } from './storage/cookie-storage.ts'
export { encryptedStorage } from './storage/encrypted-storage.ts'
export type { FileStorageOptions } from './storage/file-storage.ts'
export { fileStorage } from './storage/file-storage.ts'
export type { IndexedDbStorageOptions } from './storage/indexed-db-storage.ts'
export { indexedDbStorage } from './storage/indexed-db-storage.ts'
export type { AesKey, EncryptionKey, EncryptionKeySource, EncryptionKeys } from './storage/key-ring.ts'
export type { KeyValueStorageOptions, KeyValueStore } from './storage/key-value-storage.ts'
export { keyValueStorage } from './storage/key-value-storage.ts'
export type { MemoryStorageOptions } from './storage/memory-storage.ts'
export { memoryStorage } from './storage/memory-storage.ts'
export type { IoRedisClient, NodeRedisClient, RedisClient } from './storage/redis-client.ts'
export type { RedisStorageOptions } from './storage/redis-storage.ts'
export { redisStorage } from './storage/redis-storage.ts'
export type { ExclusiveOptions, StorageReach, TokenStorage } from './storage/token-storage.ts'
export type { WebStorageArea } from './storage/web-area.ts'
export type { WebStorageOptions } from './storage/web-storage.ts'
export { webStorage } from './storage/web-storage.ts'

export type { Clock, TimerHandle } from './support/clock.ts'
export { systemClock } from './support/clock.ts'
export type { Listen, ListenOptions, Stop } from './support/emitter.ts'
export type { Fetch, HeadersLike } from './support/fetch.ts'
export type { MaybePromise } from './support/maybe-promise.ts'
export type { Schema, SchemaIssue, SchemaResult } from './support/schema.ts'
