// A mock of the payment gateway: every charge takes SERVICE_MS, and one with an idempotency key is made once however often it is asked for.
import { setTimeout as sleep } from 'node:timers/promises'
import { serve } from './http.mjs'

const SERVICE_MS = Number(process.env.SERVICE_MS || 45)
const payments = new Set()
const keys = new Set()
let charges = 0

async function charge({ payment }, ask) {
  const key = ask.headers['idempotency-key']
  await sleep(SERVICE_MS)
  if (key === undefined || !keys.has(key)) charges++
  if (key !== undefined) keys.add(key)
  payments.add(payment)
  return { status: 200, body: { payment } }
}

serve({
  'POST /charge': charge,
  'GET /charges': () => ({ status: 200, body: { charges, payments: payments.size } }),
  'GET /health': () => ({ status: 200, body: 'ok' }),
})
