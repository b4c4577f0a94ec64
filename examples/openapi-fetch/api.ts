/** The part of an API description that this example calls, in the shape that `openapi-typescript` generates. */
export interface paths {
  '/api/v4/reports': {
    get: {
      parameters: { query?: { team_id?: number } }
      responses: { 200: { content: { 'application/json': { reports: { id: number; title: string }[] } } } }
    }
    post: {
      requestBody: { content: { 'application/json': { title: string } } }
      responses: { 201: { content: { 'application/json': { id: number; title: string } } } }
    }
  }
}
