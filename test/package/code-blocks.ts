/** A program as it stands in a document: one block, with those that continue it. */
export interface Listing {
  /** What its fence says that it is written in; empty: nothing. */
  readonly language: string
  /** Its lines at the numbers that they have in the document, and nothing in all the others. */
  readonly lines: readonly string[]
}

const FENCE = /^\s*```(\S*)(.*)$/

/** Takes the code blocks out of a Markdown text, or out of the doc comments of a TypeScript source. */
export function listingsIn(path: string, text: string): readonly Listing[] {
  const document = text.split('\n').map(path.endsWith('.md') ? (line) => line : inDocComment)
  const listings: { readonly language: string; readonly lines: string[] }[] = []
  let open: string[] | undefined
  for (const [index, line] of document.entries()) {
    const [fence, language = '', rest = ''] = FENCE.exec(line) ?? []
    if (fence === undefined) {
      if (open) open[index] = line
    } else if (open) {
      open = undefined
    } else {
      const before = rest.trim() === 'continued' && listings.findLast((one) => one.language === language)
      const listing = before || { language, lines: document.map(() => '') }
      if (!before) listings.push(listing)
      open = listing.lines
    }
  }
  return listings
}

/** What a line says within a doc comment. */
function inDocComment(line: string): string {
  const [, said = ''] = /^\s*\* ?(.*)$/.exec(line) ?? []
  return said
}
