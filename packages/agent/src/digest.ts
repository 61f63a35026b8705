import { createHash } from 'node:crypto'
import { canonicalJson, type Json } from '@safechaos/core'

/** SHA-256 (hex) of the canonical JSON of a value. */
export function digestOf(value: unknown): string {
  return createHash('sha256')
    .update(canonicalJson(value as Json))
    .digest('hex')
}
