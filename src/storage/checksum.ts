const START = 0x811c9dc5
const PRIME = 0x01000193
const OTHER_PRIME = 0x85ebca6b

/**
 * Tells texts apart: 64 bits, in 14 letters and digits. It finds accidents, not malice: whoever wants two texts to
 * look alike can make them.
 */
export function checksum(text: string): string {
  let one = START
  let other = START
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    one = Math.imul(one ^ unit, PRIME)
    other = Math.imul((other << 13) | (other >>> 19), PRIME) ^ Math.imul(unit + 1, OTHER_PRIME)
  }
  return [one, other].map((half) => (half >>> 0).toString(36).padStart(7, '0')).join('')
}
