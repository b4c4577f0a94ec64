import { ApiError } from '../../errors/api-error.ts'

/** Zelf said no. 400: the identifier is missing or invalid. 500: the server is at fault. Its bodies are not documented. */
export class ZelfApiError extends ApiError {
  override readonly code = 'zelf_api'
  override readonly name = 'ZelfApiError'
}
