/** A browser refuses a cookie of such a name unless it is this host's alone, and came encrypted or from loopback. */
export const ID_COOKIE = '__Host-id'

export const ID_ATTRIBUTES = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' } as const
