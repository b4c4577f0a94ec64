import type { SaferMeClient } from 'latchkey'

/** The app's own code, as any app has it: it is handed the client that it calls with. */
export async function reportTitles(saferme: SaferMeClient): Promise<readonly string[]> {
  const response = await saferme.fetch('/api/v4/reports')
  if (!response.ok) throw new Error(`Reports are not to be had: ${response.status}`)
  const { reports } = (await response.json()) as { reports: readonly { title: string }[] }
  return reports.map(({ title }) => title)
}
