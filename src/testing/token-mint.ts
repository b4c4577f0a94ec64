const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const TOKEN_CHARACTERS = 40

/** Answers a function that makes tokens: each begins with its prefix, fits into a header, and is made once only. */
export function tokenMint(random: () => number): (prefix: string) => string {
  let made = 0
  return (prefix) => {
    let token = `${prefix}${++made}`
    while (token.length < TOKEN_CHARACTERS) token += ALPHABET[Math.floor(random() * ALPHABET.length)]
    return token
  }
}
