import { canonicalJson, type Json } from '@safechaos/core'

/** SHA-256 (hex) of bytes, or of a text as UTF-8. Loads node:crypto when it is first called, since that takes milliseconds of every start. */
export const sha256 = (data: string | Buffer): string => process.getBuiltinModule('node:crypto').createHash('sha256').update(data).digest('hex')

/** SHA-256 (hex) of the canonical JSON of a value. */
export const digestOf = (value: unknown): string => sha256(canonicalJson(value as Json))
