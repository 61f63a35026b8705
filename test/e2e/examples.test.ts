import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildPlan, FAULTS } from '@safechaos/core'
import { loadCharter } from '@safechaos/engine'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const charters = globSync('examples/*/charters/*.yaml', { cwd: root }).sort()

const planOf = async (charter: string) => {
  const {
    charterFile,
    charterDigest,
    expansionDigest,
    charter: full,
    stack,
    stackFile,
    stackDigest,
  } = await loadCharter(`${root}${charter}`, { containment: 'sandbox' })
  return buildPlan({
    charter: full,
    charterFile: { file: charterFile, digest: charterDigest, expansion: expansionDigest },
    stack,
    stackFile: { file: stackFile, digest: stackDigest },
  })
}

test.each(charters)('%s is a valid charter and can be planned', async (charter) => {
  expect(await planOf(charter)).toMatchObject({ ok: true })
})

test('the two payments charters break the same things by the same gates, on two stacks', async () => {
  const [weak, repaired] = await Promise.all(['weak', 'repaired'].map((form) => planOf(`examples/payments/charters/worker-kill-${form}.yaml`)))
  if (weak?.ok !== true || repaired?.ok !== true) throw new Error('no plans')
  const { fault, stages, gates, load, signals, invariants } = weak.plan
  expect(repaired.plan).toMatchObject({ fault, stages, gates, load, signals, invariants })
  expect(weak.plan.stack.digest).not.toBe(repaired.plan.stack.digest)
})

test('every fault of the catalogue has an example', async () => {
  const plans = await Promise.all(charters.map(planOf))
  const kinds = new Set(plans.flatMap((result) => (result.ok ? [result.plan.fault.kind] : [])))
  expect([...kinds].sort()).toEqual(FAULTS.map(({ kind }) => kind).sort())
})
