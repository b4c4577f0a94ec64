/** Leaves no room for anything in this page's web storages. It is handed to pages as it is, so it uses nothing else. */
export function fillUp(): void {
  for (const area of [localStorage, sessionStorage]) {
    let size = 2 ** 22
    for (let index = 0; size >= 1; index++) {
      try {
        area.setItem(`filler ${index}`, 'x'.repeat(size))
      } catch {
        size /= 2
      }
    }
  }
}
