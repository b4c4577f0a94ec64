/**
 * Writes any text with letters, digits, `-` and `_` alone, which every store takes, in names and in values, and no
 * framework encodes once more. One byte a character.
 */
export function toPlain(text: string): string {
  return text.replace(/[^A-Za-z0-9-]/g, (char) => {
    const hex = char.charCodeAt(0).toString(16)
    return hex.length > 2 ? `__${hex.padStart(4, '0')}` : `_${hex.padStart(2, '0')}`
  })
}

/** Reads what {@link toPlain} wrote. What it can't have written stays as it is. */
export function fromPlain(plain: string): string {
  return plain.replace(/__([\da-f]{4})|_([\da-f]{2})/g, (_, wide?: string, narrow?: string) =>
    String.fromCharCode(Number.parseInt(wide ?? narrow ?? '', 16)),
  )
}
