// The payments API. It accepts payments into the durable queue and hands them out to the reconciliation workers, who wait for them (no polling).
//   MAX_WAITING          above it new payments are shed with 429; empty: the queue has no bound
//   REDELIVER_AFTER_MS   a claim older than this goes to another worker; empty: never
//   QUEUE_FOLDER         where the queue is; where it is not mounted (containment `process`), the stack's own folder is a private copy and has it
import { existsSync } from 'node:fs'
import { call, serve } from './http.mjs'
import { Queue } from './queue.mjs'

const MAX_WAITING = Number(process.env.MAX_WAITING || Number.POSITIVE_INFINITY)
const REDELIVER_AFTER_MS = Number(process.env.REDELIVER_AFTER_MS || 0)
const CLAIM_WAIT_MS = 2000
const REDELIVER_CHECK_MS = 100
/** A payment that one worker has held for longer counts as lost. */
const LOST_AFTER_SECONDS = 5
/** The shed ratio is that of the last seconds. */
const RATIO_SECONDS = 3

const queue = new Queue(existsSync(process.env.QUEUE_FOLDER ?? '') ? process.env.QUEUE_FOLDER : 'data')
const waiters = []
const recent = []
let shed = 0

function pay(payment) {
  const isShed = queue.waiting() >= MAX_WAITING
  recent.push({ at: Date.now(), isShed })
  if (isShed) {
    shed++
    return { status: 429, headers: { 'retry-after': '1' }, body: { error: 'too many payments wait for reconciliation' } }
  }
  const id = queue.put(payment)
  handOut()
  return { status: 202, body: { id } }
}

/** Waits for a payment, at most CLAIM_WAIT_MS; 204 when there was none. */
function claim({ worker }, ask) {
  return new Promise((done) => {
    const waiter = { worker, give: (work) => settle({ status: 200, body: work }) }
    const settle = (answer) => {
      clearTimeout(timer)
      ask.socket.off('close', giveUp)
      const place = waiters.indexOf(waiter)
      if (place !== -1) waiters.splice(place, 1)
      done(answer)
    }
    const giveUp = () => settle({ status: 204 })
    const timer = setTimeout(giveUp, CLAIM_WAIT_MS)
    ask.socket.once('close', giveUp)
    waiters.push(waiter)
    handOut()
  })
}

function handOut() {
  for (const waiter of waiters.slice()) {
    const work = queue.claim(waiter.worker)
    if (work !== undefined) waiter.give({ id: work.id, claim: work.claim, payment: JSON.parse(work.payment) })
  }
}

function metrics() {
  const now = Date.now()
  while (recent.length > 0 && recent[0].at < now - RATIO_SECONDS * 1000) recent.shift()
  const { accepted, waiting, claimed, lagSeconds } = queue.state()
  const page = {
    reconcile_lag_seconds: ['gauge', 'age of the oldest payment that is not reconciled', lagSeconds],
    payments_waiting: ['gauge', 'payments that no worker has taken', waiting],
    payments_claimed: ['gauge', 'payments in the hands of a worker', claimed],
    payments_accepted_total: ['counter', 'payments accepted', accepted],
    payments_reconciled_total: ['counter', 'payments reconciled', accepted - waiting - claimed],
    payments_shed_total: ['counter', 'payments openly refused with 429', shed],
    payments_shed_ratio: [
      'gauge',
      `part of the payments refused in the last ${RATIO_SECONDS} seconds`,
      recent.filter(({ isShed }) => isShed).length / Math.max(1, recent.length),
    ],
  }
  const body = Object.entries(page).map(([name, [type, help, value]]) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`)
  return { status: 200, headers: { 'content-type': 'text/plain; version=0.0.4' }, body: body.join('') }
}

/** No payment lost, none charged twice. */
async function invariant() {
  const { longestClaimSeconds, ...state } = queue.state()
  const charges = (await call('gateway', 'GET', '/charges')).body
  const doubled = charges.charges - charges.payments
  const lost = longestClaimSeconds > LOST_AFTER_SECONDS
  return { status: lost || doubled > 0 ? 500 : 200, body: { ...state, doubled, lost } }
}

if (REDELIVER_AFTER_MS > 0) {
  setInterval(() => {
    if (queue.redeliver(REDELIVER_AFTER_MS) > 0) handOut()
  }, REDELIVER_CHECK_MS)
}

serve({
  'POST /pay': pay,
  'POST /claim': claim,
  'POST /reconciled': ({ id, claim: number }) => ({ status: queue.finish(id, number) ? 200 : 409 }),
  'GET /health': () => ({ status: 200, body: 'ok' }),
  'GET /metrics': metrics,
  'GET /invariant': invariant,
})
