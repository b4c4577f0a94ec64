/** Where browsers tell of what the policy has stopped. */
export const REPORT_PATH = '/violations'

/**
 * The policy of the page: its own files, no inline script or style, no `eval`, and requests to the servers alone.
 *
 * @param servers the origins that the page talks to
 */
export function contentSecurityPolicy(servers: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${servers.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    `report-uri ${REPORT_PATH}`,
  ].join('; ')
}
