/** Numbers in [0, 1), the same ones for the same seed on every machine. */
export type Random = () => number

/**
 * sfc32 (Small Fast Counter, Chris Doty-Humphrey, PractRand), 32-bit variant, its state filled from the seed text by FNV-1a and then
 * run twelve rounds, as its author does after seeding. Good for choosing victims; not for secrets.
 */
export function seededRandom(seed: string): Random {
  const word = fnv1a(seed)
  let a = word
  let b = word ^ 0x9e3779b9
  let c = Math.imul(word, 0x85ebca6b)
  let counter = 1
  const next = () => {
    const result = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + result) | 0
    return (result >>> 0) / 2 ** 32
  }
  for (let round = 0; round < 12; round++) next()
  return next
}

/** FNV-1a, 32 bits, over the UTF-16 code units of a text, low byte first. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193)
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193)
  }
  return hash
}

/** A time until the next of events that come independently, `meanMs` apart on average. */
export const exponentialMs = (random: Random, meanMs: number): number => -Math.log(1 - random()) * meanMs
