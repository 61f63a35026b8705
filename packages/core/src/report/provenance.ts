import { counted } from '../counted.ts'
import type { LedgerRecord } from '../ledger/record.ts'
import type { Plan } from '../plan/plan.ts'
import type { RunView } from '../run/run-view.ts'
import type { Provenance } from './report-model.ts'

/** Without a word about it, a run takes the containment that the charter names, else the strongest. */
function replayOf({ charter, containment }: Plan): string {
  const command = `safechaos run ${charter.file}`
  return containment === (charter.containment ?? 'sandbox') ? command : `${command} --containment ${containment}`
}

/** Who ran what, when, with which versions, and how to run or check it again. */
export function provenance(view: RunView, records: readonly LedgerRecord[]): Provenance {
  const plan = view.planned?.plan
  const last = records.at(-1)
  const fact = (label: string, text: string | undefined, code = false): Provenance['facts'] =>
    text === undefined || text === '' ? [] : [{ label, text, code }]
  const run = view.begun?.run ?? 'RUN'
  return {
    facts: [
      ...fact('run', view.begun?.run, true),
      ...fact('by', view.begun?.by),
      ...fact('on', view.begun?.host),
      ...fact('owner', plan?.owner),
      ...fact('policy', view.policy === undefined ? undefined : `${view.policy.effect}: ${view.policy.why.join('; ')}`),
      ...fact('charter', plan === undefined ? undefined : `${plan.charter.file}  sha256 ${plan.charter.digest}`, true),
      ...fact('expansion', plan === undefined ? undefined : `sha256 ${plan.charter.expansion}`, true),
      ...fact('stack', plan === undefined ? undefined : `${plan.stack.file}  sha256 ${plan.stack.digest}`, true),
      ...fact('plan', view.planned === undefined ? undefined : `sha256 ${view.planned.digest}`, true),
      ...fact('seed', plan?.seed, true),
      ...fact('ledger', last === undefined ? undefined : `${counted(records.length, 'record')}, head sha256 ${last.digest}`, true),
      ...fact(
        'versions',
        Object.entries(view.begun?.versions ?? {})
          .map(([name, version]) => `${name} ${version}`)
          .join(', '),
      ),
      ...view.late.flatMap(({ what }) => fact('recorded late', what)),
    ],
    replay: plan === undefined ? 'safechaos run CHARTER' : replayOf(plan),
    verify: `safechaos verify ${run}`,
  }
}
