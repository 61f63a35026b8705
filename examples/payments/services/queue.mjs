// The durable queue of payments: one SQLite file. A payment is waiting, claimed by a worker, or reconciled.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const WAITING = 0
const CLAIMED = 1
const RECONCILED = 2

export class Queue {
  #db
  #statements

  constructor(folder) {
    mkdirSync(folder, { recursive: true })
    this.#db = new DatabaseSync(join(folder, 'queue.db'), { timeout: 5000 })
    // Every commit survives the death of any process; only a power cut may cost the last ones.
    this.#db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;
      CREATE TABLE IF NOT EXISTS payments (
        id INTEGER PRIMARY KEY, payment TEXT NOT NULL, accepted_at INTEGER NOT NULL, state INTEGER NOT NULL,
        worker TEXT, claim INTEGER NOT NULL DEFAULT 0, claimed_at INTEGER) STRICT;
      CREATE INDEX IF NOT EXISTS waiting ON payments (id) WHERE state = ${WAITING};
      CREATE INDEX IF NOT EXISTS claimed ON payments (worker) WHERE state = ${CLAIMED}`)
    const sql = (text) => this.#db.prepare(text)
    this.#statements = {
      put: sql(`INSERT INTO payments (payment, accepted_at, state) VALUES (?, ?, ${WAITING})`),
      held: sql(`SELECT id FROM payments WHERE state = ${CLAIMED} AND worker = ? ORDER BY id LIMIT 1`),
      first: sql(`SELECT id FROM payments WHERE state = ${WAITING} ORDER BY id LIMIT 1`),
      claim: sql(`UPDATE payments SET state = ${CLAIMED}, worker = ?, claim = claim + 1, claimed_at = ? WHERE id = ? RETURNING id, payment, claim`),
      finish: sql(`UPDATE payments SET state = ${RECONCILED} WHERE id = ? AND claim = ? AND state = ${CLAIMED}`),
      release: sql(`UPDATE payments SET state = ${WAITING} WHERE state = ${CLAIMED} AND claimed_at <= ?`),
      waiting: sql(`SELECT count(*) AS n, min(accepted_at) AS oldest FROM payments WHERE state = ${WAITING}`),
      claimed: sql(`SELECT count(*) AS n, min(accepted_at) AS oldest, min(claimed_at) AS longest FROM payments WHERE state = ${CLAIMED}`),
      all: sql('SELECT count(*) AS n FROM payments'),
    }
  }

  put(payment) {
    return Number(this.#statements.put.run(JSON.stringify(payment), Date.now()).lastInsertRowid)
  }

  /** The next payment for a worker, the one it already holds first: a worker that died with a payment in hand gets it again when it is back. */
  claim(worker) {
    const row = this.#statements.held.get(worker) ?? this.#statements.first.get()
    return row === undefined ? undefined : { ...this.#statements.claim.get(worker, Date.now(), row.id) }
  }

  /** False for a claim that is no longer the current one. */
  finish(id, claim) {
    return this.#statements.finish.run(id, claim).changes === 1
  }

  /** Gives back to the queue what has been claimed for longer than this. */
  redeliver(afterMs) {
    return Number(this.#statements.release.run(Date.now() - afterMs).changes)
  }

  waiting() {
    return this.#statements.waiting.get().n
  }

  state() {
    const now = Date.now()
    const waiting = this.#statements.waiting.get()
    const claimed = this.#statements.claimed.get()
    const oldest = Math.min(waiting.oldest ?? now, claimed.oldest ?? now)
    return {
      accepted: this.#statements.all.get().n,
      waiting: waiting.n,
      claimed: claimed.n,
      lagSeconds: (now - oldest) / 1000,
      longestClaimSeconds: (now - (claimed.longest ?? now)) / 1000,
    }
  }
}
