/** Answers the lowest number that no other tab has. It is this tab's own until it is closed. */
export async function claimTab(): Promise<number> {
  let tab = 1
  while (!(await claim(tab))) tab++
  return tab
}

function claim(tab: number): Promise<boolean> {
  return new Promise((resolve) => {
    void navigator.locks.request(`playground tab ${tab}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null)
      return lock === null ? undefined : new Promise(() => {})
    })
  })
}
