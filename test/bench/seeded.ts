import { createHash } from 'node:crypto'

/** Numbers in [0, 1), the same ones for the same seed. */
export function seeded(seed: string): () => number {
  let count = 0
  return () => createHash('sha256').update(`${seed} ${count++}`).digest().readUInt32BE() / 2 ** 32
}
