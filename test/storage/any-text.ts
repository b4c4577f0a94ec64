import fc from 'fast-check'

/** Ordinary letters, what stores and cookies take for something else, and everything that there is, in equal shares. */
const codePoint = fc.oneof(
  fc.integer({ min: 0x61, max: 0x7a }),
  fc.constantFrom(...'.:;,="%_\\/?&+ \n\0{}[]', 'é', '\ufeff', '🔑').map((char) => char.codePointAt(0) ?? 0),
  fc.integer({ min: 0, max: 0x10ffff }),
)

/** Any text, halves of characters among it, of up to so many characters and seldom short. */
export function anyText(maxLength: number, minLength = 0): fc.Arbitrary<string> {
  return fc
    .array(codePoint, { minLength, maxLength, size: 'max' })
    .map((points) => String.fromCodePoint(...points))
}

/** Any text without halves of characters, as JSON is. */
export function wellFormedText(maxLength: number, minLength = 0): fc.Arbitrary<string> {
  return anyText(maxLength, minLength).map((text) => text.replace(/\p{Surrogate}/gu, 'x'))
}
