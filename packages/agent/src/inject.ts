import type { ActRecord } from '@safechaos/core'
import { type Act, type Doing, note, occupy, owedOf, runStep } from './act.ts'
import { crashPoint } from './crash-points.ts'
import { undo } from './undo.ts'
import { within } from './within.ts'

const ARM_MS = 1000

/**
 * Injects several bound acts at once. Each has its undo on disk, and with the init, before its first step acts (I1). A run that is
 * stopped in between injects nothing more. An act that fails half-way is taken back at once; that is a value, not an error.
 * Throws what the disk says if the records cannot be written: then nothing has acted.
 */
export async function injectAll(doing: Doing, acts: readonly Act[]): Promise<ActRecord[]> {
  const prepared = prepare(doing, acts)
  const injecting = acts.map((act) => prepared.then(() => injectOne(doing, act)))
  acts.forEach((act, index) => occupy(act, injecting[index] ?? prepared))
  const records = await Promise.all(injecting)
  if (!doing.stopped()) await Promise.all(acts.filter((act) => !act.injected).map((act) => takeBackHalfDone(doing, act)))
  return records
}

async function prepare(doing: Doing, acts: readonly Act[]): Promise<void> {
  crashPoint('before-owed')
  await doing.records.write(acts.map((act) => ({ number: act.number, owed: owedOf(doing, act, 'act') })))
  crashPoint('after-owed')
  const noted = acts.map((act) => note(doing, act, 'owed', `its undo is on disk`).durable)
  const armed = acts.map((act) =>
    within(doing.enclosure.arm(act.id, act.target, act.steps.undo), ARM_MS, () => {
      throw new Error(`the enclosure did not take the undo of ${act.id} within ${ARM_MS} ms`)
    }),
  )
  const [durable] = await Promise.all([Promise.all(noted), Promise.all(armed)])
  if (durable.includes(false)) throw new Error(`the agent's chain cannot be written: ${doing.chain.failure ?? ''}`)
  crashPoint('after-arm')
}

async function injectOne(doing: Doing, act: Act): Promise<ActRecord> {
  for (const step of act.steps.inject) {
    if (isOver(doing, act)) return note(doing, act, 'inject-failed', 'the run was stopped before this step').record
    act.touched = true
    const running = runStep(doing, act, step)
    crashPoint('mid-inject')
    const result = await running
    if (!result.ok) return note(doing, act, 'inject-failed', result.detail).record
  }
  act.injected = true
  crashPoint('after-inject')
  return note(doing, act, 'injected', 'every step succeeded').record
}

/** Nothing of an act begins once its undo has, or once the run was stopped. */
const isOver = (doing: Doing, act: Act): boolean => doing.stopped() || act.undoing !== undefined

async function takeBackHalfDone(doing: Doing, act: Act): Promise<void> {
  if ((await undo(doing, act)) === 'verified') await doing.records.remove([act.number])
}

/** Prolongs what the kernel times, act by act. Returns what failed; a failure means that the fault is lost or about to be. */
export async function renewAll(doing: Doing, acts: readonly Act[]): Promise<string[]> {
  const live = acts.filter((act) => act.injected && act.undoing === undefined && act.steps.renew !== undefined)
  const failed = await Promise.all(
    live.map(async (act) => {
      const renewing = renewOne(doing, act)
      occupy(act, renewing)
      return await renewing
    }),
  )
  return failed.filter((detail) => detail !== undefined)
}

async function renewOne(doing: Doing, act: Act): Promise<string | undefined> {
  for (const step of act.steps.renew ?? []) {
    if (isOver(doing, act)) return undefined
    const running = runStep(doing, act, step)
    crashPoint('mid-renew')
    const result = await running
    if (!result.ok) return isOver(doing, act) ? undefined : `${act.id} on ${act.target.id}: ${result.detail}`
  }
  crashPoint('after-renew')
  return undefined
}
