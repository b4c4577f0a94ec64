import * as z from 'zod/mini'
import type { EndReason } from '../errors/session-ended-error.ts'
import { lazy } from '../support/lazy.ts'
import { holding, oneOf, whole } from '../support/schemas.ts'
import type { TokenSet } from './protocol.ts'

/** Why a stored session is over: what its tombstone says. */
export type StoredEndReason = Extract<EndReason, 'deleted' | 'revoked' | 'expired' | 'lost'>

/** An unrepeatable refresh is under way, or its answer never came. */
export interface Pending {
  /** The client that sent it: 8 characters; or {@link ANYBODY}. */
  readonly by: string
  /** When: epoch milliseconds by the server's clock. */
  readonly at: number
}

/** No refresh is sent from one moment until another: epoch milliseconds by the server's clock. */
export interface CoolDown {
  readonly since: number
  readonly until: number
}

/** A session, as it is kept in memory and stored. Its times are the server's. */
export interface SessionRecord {
  /** Protocol, base URL, application or client: whose tokens these are. */
  readonly audience: string
  /** A random id, minted at sign-in and kept by refreshes. */
  readonly session: string
  /** Counts the token sets of the session, from 1. */
  readonly generation: number
  /** `null` once the session has ended. */
  readonly tokens: TokenSet | null
  readonly pending: Pending | null
  /** The server is left alone for a while. */
  readonly coolDown: CoolDown | null
  /** The tombstone. */
  readonly ended: StoredEndReason | null
  /** The sessions whose place this one has taken, the latest first: who still holds one of them is behind. */
  readonly replaces: readonly string[]
}

/** In a mark: several clients, or one that is not known. */
export const ANYBODY: string = '?'.repeat(8)

/** A session that lives. */
export type LiveRecord = SessionRecord & { readonly tokens: TokenSet }

export function isLive(record: SessionRecord | null | undefined): record is LiveRecord {
  return record?.tokens != null
}

/** What a program is told of tokens. */
export function lifeOf({ expiresAt }: TokenSet): { readonly expiresAt?: number } {
  return expiresAt === undefined ? {} : { expiresAt }
}

/** The same tokens, whatever marks were set on them. */
export function isSame(one: SessionRecord | null, other: LiveRecord): one is LiveRecord {
  return (
    one?.session === other.session &&
    one.generation === other.generation &&
    one.tokens?.accessToken === other.tokens.accessToken
  )
}

/** What a stored string turned out to be. */
export type Reading =
  | { readonly kind: 'record'; readonly record: SessionRecord }
  /** Of another version of this library: not ours to touch. */
  | { readonly kind: 'unknown' }
  /** Not a record, or half of one. */
  | { readonly kind: 'garbled' }

const VERSION = 1

/** Marks have a fixed width, so that setting one on a full disk needs no room that the record doesn't have. */
const TIME_WIDTH = 13
const NO_TIME: string = '-'.repeat(TIME_WIDTH)
const LATEST_TIME: number = 10 ** TIME_WIDTH - 1
const ID_WIDTH = 8
const NO_PENDING: string = '-'.repeat(ID_WIDTH) + NO_TIME
const NO_COOL_DOWN: string = NO_TIME + NO_TIME
/** Whoever has slept through more sign-ins than this is not known to be behind. */
const MOST_REPLACED = 6

const asWideAs = (none: string) => z.string().check(holding((text) => text.length === none.length))

/** As it is written: in strings where that keeps it of one width, or the check of it small. */
const storedRecord = lazy(() =>
  z.object({
    audience: z.string(),
    session: z.string(),
    generation: whole,
    tokens: z.nullable(
      z.object({
        accessToken: z.string(),
        refreshToken: z.exactOptional(z.string()),
        expiresAt: z.exactOptional(z.number()),
        issuedAt: z.exactOptional(z.number()),
        extra: z.exactOptional(z.unknown()),
      }),
    ),
    pending: asWideAs(NO_PENDING),
    coolDown: asWideAs(NO_COOL_DOWN),
    ended: z.nullable(oneOf('deleted', 'revoked', 'expired', 'lost')),
    replaces: z.string(),
  }),
)

export function serializeRecord({ pending, coolDown, replaces, ...record }: SessionRecord): string {
  return JSON.stringify({
    v: VERSION,
    ...record,
    pending: pending ? pending.by + writeTime(pending.at) : NO_PENDING,
    coolDown: coolDown ? writeTime(coolDown.since) + writeTime(coolDown.until) : NO_COOL_DOWN,
    replaces: replaces.join(' '),
  })
}

export function parseRecord(raw: string): Reading {
  let json: unknown
  try {
    json = JSON.parse(raw)
  } catch {
    return { kind: 'garbled' }
  }
  const version = (json as { v?: unknown } | null)?.v
  if (typeof version === 'number' && version !== VERSION) return { kind: 'unknown' }
  const { data } = storedRecord().safeParse(json)
  if (!data || version !== VERSION || (data.tokens === null) !== (data.ended !== null))
    return { kind: 'garbled' }
  const { pending, coolDown, replaces, ...record } = data
  const pendingSince = readTime(pending.slice(ID_WIDTH))
  const since = readTime(coolDown.slice(0, TIME_WIDTH))
  return {
    kind: 'record',
    record: {
      ...record,
      pending: pendingSince === null ? null : { by: pending.slice(0, ID_WIDTH), at: pendingSince },
      coolDown: since === null ? null : { since, until: Number(coolDown.slice(TIME_WIDTH)) },
      replaces: replaces.split(' ').filter(Boolean),
    },
  }
}

function writeTime(at: number): string {
  return String(Math.min(Math.max(0, Math.round(at)), LATEST_TIME)).padStart(TIME_WIDTH, '0')
}

function readTime(text: string): number | null {
  return /^\d+$/.test(text) ? Number(text) : null
}

/** A random id of 8 characters. It is no secret: it tells records and clients apart. */
export function mintId(random: () => number): string {
  return Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(ID_WIDTH, '0')
}

/**
 * The first record of a session that begins.
 *
 * @param before what it takes the place of, the latest first
 */
export function beginRecord(
  audience: string,
  tokens: TokenSet,
  before: readonly (SessionRecord | null | undefined)[],
  random: () => number,
): LiveRecord {
  const session = mintId(random) + mintId(random) + mintId(random)
  const marks = { pending: null, coolDown: null, ended: null }
  const known = before.filter((record) => record != null)
  const replaces = [...known.map((record) => record.session), ...known.flatMap((record) => record.replaces)]
  return { audience, session, generation: 1, tokens, ...marks, replaces: latest(replaces) }
}

/** The record as it is to be written over another session's: one that says so. */
export function writtenOver<Written extends SessionRecord>(
  record: Written,
  theirs: SessionRecord | null,
): Written {
  if (!theirs || theirs.session === record.session || record.replaces.includes(theirs.session)) return record
  return { ...record, replaces: latest([theirs.session, ...theirs.replaces, ...record.replaces]) }
}

function latest(replaced: readonly string[]): readonly string[] {
  return [...new Set(replaced)].slice(0, MOST_REPLACED)
}

/** The record that follows when new tokens have been won. */
export function renewRecord(record: SessionRecord, tokens: TokenSet): LiveRecord {
  return {
    ...record,
    generation: record.generation + 1,
    tokens,
    pending: null,
    coolDown: null,
    ended: null,
  }
}

/** The tombstone of a session. */
export function endRecord(record: SessionRecord, ended: StoredEndReason): SessionRecord {
  return { ...record, tokens: null, pending: null, coolDown: null, ended }
}
