import { report } from './report.ts'

/** The program for workerd: a request whose body says where it may go is answered with its report. */
export default {
  fetch: async (request: Request): Promise<Response> => Response.json(await report(await request.json())),
}
