/**
 * The specification of a session, on a page. It knows nothing of tokens, locks and requests: one user's view of
 * one client, which shares its storage with whoever was there before, and of the server behind it.
 */
export interface SessionModel {
  /** Whose session there is, as far as this client goes; `null`: nobody's. */
  user: string | null
  /** Why the last one is over; `null`: there was none in this client's life, or there is one. */
  reason: 'deleted' | 'revoked' | 'lost' | null
  /** The server still takes the session. */
  valid: boolean
  /** The server can be reached. */
  online: boolean
  /** The access token has run out. */
  stale: boolean
  /** A renewal was sent and never answered: if the next is refused, nobody can tell whether it had been granted. */
  unanswered: boolean
  /** The client was closed. */
  closed: boolean
}

/** What a call comes to: what it answers with, or the code that it is rejected with. */
export type Ending =
  | 'done'
  | '200'
  | 'configuration'
  | 'network'
  | 'no_session'
  | 'saferme_api'
  | 'session_ended'

export const BEFORE: SessionModel = {
  user: null,
  reason: null,
  valid: false,
  online: true,
  stale: false,
  unanswered: false,
  closed: false,
}

/** Signs in. A failed one changes nothing; one that succeeds takes the place of what was there. */
export function signIn(model: SessionModel, user: string, isPasswordRight: boolean): Ending {
  if (model.closed) return 'configuration'
  if (!model.online) return 'network'
  if (!isPasswordRight) return 'saferme_api'
  Object.assign(model, { user, reason: null, valid: true, stale: false, unanswered: false })
  return 'done'
}

/** Signs out. The session is over here whatever the server hears of it; a closed client can still do it. */
export function signOut(model: SessionModel): Ending {
  if (model.user === null) return 'done'
  const { online, valid, stale, unanswered } = model
  Object.assign(model, { user: null, reason: 'deleted' })
  if (!online) return 'network'
  // To be told, the server wants a token that is good; a renewal that was never answered is not repeated for it.
  return unanswered && (stale || !valid) ? 'saferme_api' : 'done'
}

/** Whatever needs a token. A token that has run out is renewed first; one that is good needs nobody. */
function obtainToken(model: SessionModel): Ending {
  if (model.closed) return 'configuration'
  if (model.user === null) return 'no_session'
  return model.stale ? renew(model) : 'done'
}

/** Renews the token. Only the server's own word ends the session, never that it can't be reached. */
function renew(model: SessionModel): Ending {
  if (!model.online) {
    model.unanswered = true
    return 'network'
  }
  if (!model.valid) {
    Object.assign(model, { user: null, reason: model.unanswered ? 'lost' : 'revoked' })
    return 'session_ended'
  }
  Object.assign(model, { stale: false, unanswered: false })
  return 'done'
}

export function getAccessToken(model: SessionModel): Ending {
  return obtainToken(model)
}

export function refresh(model: SessionModel): Ending {
  const ending = obtainToken({ ...model, stale: false })
  return ending === 'done' ? renew(model) : ending
}

/** A call of the user's own. A 401 is answered with a renewal, and with the end of the session if that is refused. */
export function fetch(model: SessionModel): Ending {
  const ending = obtainToken(model)
  if (ending !== 'done') return ending
  if (!model.online) return 'network'
  return model.valid ? '200' : renew(model)
}

/** Reads the storage. */
export function restore(model: SessionModel): Ending {
  return model.closed ? 'configuration' : 'done'
}

/** The program starts anew over the same storage: the session is there, its past is not. */
export function restart(model: SessionModel): void {
  Object.assign(model, { reason: null, closed: false })
}
