import { describe, expect, it } from 'vitest'
import { attemptFirstFactor, startReverification } from '../../../src/apis/clerk/endpoints.ts'
import { answering } from './call.ts'
import { SESSION_ID as session_id } from './fixtures.ts'
import { bodies, cases } from './requests.ts'

const FORM = 'application/x-www-form-urlencoded;charset=UTF-8'

describe('what Clerk is sent, byte for byte', () => {
  it.each(cases)('the server takes a $name', async ({ run, answer, method, url, body }) => {
    const { call, sent } = answering({ body: bodies[answer] })
    await run(call)
    expect(sent).toEqual([{ method, url, contentType: body === undefined ? null : FORM, body: body ?? '' }])
  })

  it('fields that an operation does not know are not sent, so it is not refused with a 422', async () => {
    const { call, sent } = answering({ body: bodies.reverification })
    const input = { session_id, strategy: 'password', password: 'secret', code: '1', remember: true } as const
    await call(attemptFirstFactor, input)
    await call(startReverification, { ...input, level: 'first_factor' } as never)
    expect(sent.map(({ body }) => body)).toEqual(['strategy=password&password=secret', 'level=first_factor'])
  })
})
