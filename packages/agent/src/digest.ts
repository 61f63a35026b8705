import { createHash } from 'node:crypto'
import { canonicalJson, type Json } from '@safechaos/core'

/** SHA-256 (hex) of bytes, or of a text as UTF-8. */
export const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')

/** SHA-256 (hex) of the canonical JSON of a value. */
export const digestOf = (value: unknown): string => sha256(canonicalJson(value as Json))
