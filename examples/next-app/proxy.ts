import { isLatchkeyError } from 'latchkey'
import { type NextRequest, NextResponse } from 'next/server'
import { ID_ATTRIBUTES, ID_COOKIE } from './id-cookie'
import { withSession } from './sessions'

/** Pages. Route handlers see to their session themselves. */
export const config = { matcher: '/((?!_next/|sign-in|reports).*)' }

/** Sees to it that the page which is about to be rendered finds a token that lasts for a while. */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const id = request.cookies.get(ID_COOKIE)?.value
  if (!id) return toSignIn(request)
  try {
    await withSession(id, (saferme) => saferme.session.getAccessToken())
  } catch (error) {
    if (isLatchkeyError(error, 'no_session') || isLatchkeyError(error, 'session_ended'))
      return toSignIn(request)
    // SaferMe or Redis is away for a while: nobody is signed out for that, and the page says so.
  }
  return NextResponse.next()
}

function toSignIn(request: NextRequest): NextResponse {
  const response = NextResponse.redirect(new URL('/sign-in', request.url), 303)
  response.cookies.set(ID_COOKIE, '', { ...ID_ATTRIBUTES, maxAge: 0 })
  return response
}
