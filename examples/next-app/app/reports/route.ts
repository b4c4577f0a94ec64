import { isLatchkeyError } from 'latchkey'
import type { NextRequest } from 'next/server'
import { ID_COOKIE } from '../../id-cookie'
import { withSession } from '../../sessions'

/** A route handler: it may refresh, and does so once however many of a browser's requests want it. */
export async function GET(request: NextRequest): Promise<Response> {
  const id = request.cookies.get(ID_COOKIE)?.value
  if (!id) return new Response(null, { status: 401 })
  try {
    return await withSession(id, async (saferme) => {
      const response = await saferme.fetch('/api/v4/reports')
      return new Response(await response.text(), { status: response.status })
    })
  } catch (error) {
    const over = isLatchkeyError(error, 'no_session') || isLatchkeyError(error, 'session_ended')
    return new Response(null, { status: over ? 401 : 503 })
  }
}
