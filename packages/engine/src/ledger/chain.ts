import { createHash } from 'node:crypto'
import { type Body, canonicalJson, GENESIS, type Json, type LedgerRecord, recordBytes } from '@safechaos/core'

/** The end of a chain: the sequence number of its last record (0 for none) and that record's digest. */
export interface Head {
  readonly seq: number
  readonly digest: string
}

export const EMPTY_HEAD: Head = { seq: 0, digest: GENESIS }

/** The record that follows `head`. Sequence numbers start at 1. */
export function nextRecord(head: Head, at: number, body: Body): LedgerRecord {
  const undigested = { seq: head.seq + 1, at, prev: head.digest, body }
  return { ...undigested, digest: recordDigest(undigested) }
}

/** SHA-256 (hex) of what the digest of a record covers. */
export const recordDigest = (record: Omit<LedgerRecord, 'digest'>): string =>
  createHash('sha256')
    .update(canonicalJson(recordBytes(record)))
    .digest('hex')

/** The one form a record has in database and export. */
export const recordLine = (record: LedgerRecord): string => canonicalJson(record as unknown as Json)
