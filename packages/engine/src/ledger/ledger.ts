import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Body, counted, type LedgerRecord, messageOf, SafechaosError } from '@safechaos/core'
import { EMPTY_HEAD, type Head, nextRecord, recordLine } from './chain.ts'
import { sqlite } from './sqlite.ts'

/** Telemetry waits at most this long for its transaction, in milliseconds. */
const GROUP_MS = 20

/** There is one writer; what a reader may hold for a moment must not hold up an abort. In milliseconds. */
const BUSY_MS = 250

/**
 * The append-only record of a run: SQLite in WAL with `synchronous=FULL`, chained by digests. One writer. Once it is open it never throws:
 * a record that could not be written is kept in memory, in its place in the chain, and is written with the next one that can be, followed by a `late` record.
 */
export interface Ledger {
  /** For safety events: durable when it returns, together with all that came before, unless `failure` says otherwise. */
  append(body: Body): LedgerRecord
  /** For telemetry: durable within some 20 ms, in one transaction with its neighbours. */
  appendSoon(body: Body): LedgerRecord
  /** Tries to make durable what waits. */
  flush(): void
  /** The first SC_LEDGER since the opening. It stays, even when what could not be written was written later: a run without a durable record must end. */
  readonly failure: SafechaosError | undefined
  /** Records that are not durable yet. After `close`: those that were given up. */
  readonly waiting: number
  /** The last record, durable or not. */
  readonly head: Head
  /** Durable records as the canonical lines that the export holds, in order. Not after `close`. */
  lines(): Iterable<string>
  /** Flushes and closes. Idempotent. */
  close(): void
}

/** Opens the ledger at `path`, new or to go on where it ended. Throws SC_LEDGER when it cannot be made durable: nothing starts without it. */
export function openLedger(path: string, now: () => number = Date.now): Ledger {
  try {
    const ledger = new SqliteLedger(path, now)
    syncFolder(dirname(path))
    return ledger
  } catch (cause) {
    throw unwritable(path, cause)
  }
}

class SqliteLedger implements Ledger {
  readonly #path: string
  readonly #db: DatabaseSync
  readonly #insert: StatementSync
  readonly #now: () => number
  #head: Head
  #waiting: { readonly record: LedgerRecord; readonly line: string }[] = []
  #timer: NodeJS.Timeout | undefined
  #failure: SafechaosError | undefined
  /** What could not be written in its turn, and why; undefined while all is in order. */
  #trouble: { readonly records: number; readonly why: string } | undefined
  #open = true

  constructor(path: string, now: () => number) {
    this.#path = path
    this.#now = now
    this.#db = openDatabase(path)
    this.#insert = this.#db.prepare('INSERT INTO records (seq, line) VALUES (?, ?)')
    this.#head = lastHead(this.#db)
  }

  get failure(): SafechaosError | undefined {
    return this.#failure
  }

  get waiting(): number {
    return this.#waiting.length
  }

  get head(): Head {
    return { seq: this.#head.seq, digest: this.#head.digest }
  }

  append(body: Body): LedgerRecord {
    const record = this.#chain(body)
    this.flush()
    return record
  }

  appendSoon(body: Body): LedgerRecord {
    const record = this.#chain(body)
    this.#timer ??= setTimeout(() => this.flush(), GROUP_MS)
    return record
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#waiting.length === 0) return
    const earlier = this.#trouble
    // The note about lateness is part of the transaction that ends it: either both are there or none.
    if (earlier !== undefined) this.#chain({ kind: 'late', what: `written late: ${counted(earlier.records, 'record')}, because ${earlier.why}` })
    try {
      this.#write()
      this.#waiting = []
      this.#trouble = undefined
    } catch (cause) {
      if (earlier !== undefined) this.#unchainLast()
      const failure = unwritable(this.#path, cause)
      this.#trouble = { records: this.#waiting.length, why: failure.message }
      this.#failure ??= failure
    }
  }

  *lines(): Iterable<string> {
    for (const row of this.#db.prepare('SELECT line FROM records ORDER BY seq').iterate()) yield row.line as string
  }

  close(): void {
    if (!this.#open) return
    this.flush()
    this.#open = false
    this.#db.close()
  }

  #chain(body: Body): LedgerRecord {
    const record = nextRecord(this.#head, this.#now(), body)
    this.#head = record
    // Written out at once: what a caller does to the body later must not matter.
    this.#waiting.push({ record, line: recordLine(record) })
    return record
  }

  #unchainLast(): void {
    const record = this.#waiting.pop()?.record
    if (record !== undefined) this.#head = { seq: record.seq - 1, digest: record.prev }
  }

  #write(): void {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      for (const { record, line } of this.#waiting) this.#insert.run(record.seq, line)
      this.#db.exec('COMMIT')
    } catch (error) {
      // SQLite has rolled back by itself after some errors; a second rollback only says so.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }
}

function openDatabase(path: string): DatabaseSync {
  const db = new (sqlite().DatabaseSync)(path, { timeout: BUSY_MS })
  db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS records (seq INTEGER PRIMARY KEY, line TEXT NOT NULL) STRICT')
  return db
}

function lastHead(db: DatabaseSync): Head {
  const row = db.prepare('SELECT line FROM records ORDER BY seq DESC LIMIT 1').get()
  return row === undefined ? EMPTY_HEAD : (JSON.parse(row.line as string) as LedgerRecord)
}

const unwritable = (path: string, cause: unknown): SafechaosError =>
  new SafechaosError({ code: 'SC_LEDGER', message: `the ledger ${path} cannot be written: ${messageOf(cause)}` }, { cause })

// The name of a new file is durable only when its folder is.
function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
