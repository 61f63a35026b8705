// A reconciliation worker: takes one payment after the other, charges it at the gateway, and marks it reconciled.
//   IDEMPOTENT   1: a payment that comes a second time is charged once
import { setTimeout as sleep } from 'node:timers/promises'
import { call } from './http.mjs'

const worker = process.env.SAFECHAOS_SERVICE || process.env.HOST || 'worker'
const CLAIM_TIMEOUT_MS = 4000
const PAUSE_AFTER_TROUBLE_MS = 500

for (;;) {
  try {
    const { status, body: work } = await call('api', 'POST', '/claim', { body: { worker }, timeoutMs: CLAIM_TIMEOUT_MS })
    if (status === 200) await reconcile(work)
  } catch (error) {
    console.log(`${worker}: ${error.message}`)
    await sleep(PAUSE_AFTER_TROUBLE_MS)
  }
}

async function reconcile({ id, claim }) {
  const headers = process.env.IDEMPOTENT === '1' ? { 'idempotency-key': `payment-${id}` } : {}
  await call('gateway', 'POST', '/charge', { body: { payment: id }, headers })
  await call('api', 'POST', '/reconciled', { body: { id, claim } })
}
