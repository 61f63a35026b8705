import { type ChainLink, readChain, recoverLab, runFolder } from '@safechaos/agent'
import { type LedgerRecord, messageOf, type Residue } from '@safechaos/core'
import type { Desk } from './desk.ts'
import type { GateWatch } from './gate-watch.ts'

/** Closes the enclosure and judges from outside what is left of it. If the agent is gone, what it owed is worked off here and now. */
export async function close(desk: Desk, watch: GateWatch): Promise<string> {
  watch.stop()
  const residue = await desk.link.ask({ ask: 'close' }).then(
    (answer) => answer.residue,
    async () => closeWithoutAgent(desk),
  )
  // It has nothing left to do, and may exit while we judge and report.
  void desk.link.end()
  desk.note({ kind: 'residue', when: 'after-close', residue })
  return residue.found.length === 0 ? 'nothing of the run is left outside' : residue.found.map(({ what }) => what).join('; ')
}

/**
 * Of a dead agent everything is put in order, by us or by its reaper. What other dead runs left is put in order too, but what is left of it is
 * theirs: their locks and `safechaos status` tell it, and no verdict on this run. An agent that lives and does not answer keeps what it has: nobody can say what.
 */
export async function closeWithoutAgent(desk: Pick<Desk, 'ports' | 'records' | 'record'>): Promise<Residue> {
  const { stateDir, run } = desk.ports
  try {
    const { live, unknown, residue } = await recoverLab(stateDir)
    adoptChain(desk)
    const own = {
      found: residue.found.filter(({ key }) => key === run),
      notSeen: residue.notSeen.filter((what) => what.includes(run)),
      looked: residue.looked,
    }
    if (![...live, ...unknown].includes(run)) return own
    const what = 'its agent, which lives and does not answer, with all that it still holds'
    return { ...own, found: [...own.found, { key: 'agent', what }] }
  } catch (error) {
    const what = `what the agent owed: ${messageOf(error)}`
    return { found: [{ key: 'recovery', what }], notSeen: [], looked: [] }
  }
}

/** What the agent's own chain says and nobody told us any more, by the agent's hand or by that of who cleaned up after it. */
function adoptChain(desk: Pick<Desk, 'ports' | 'records' | 'record'>): void {
  const { stateDir, run } = desk.ports
  for (const { seq, digest, body } of untold(stateDir, run, desk.records))
    if ('act' in body) desk.record({ kind: 'act', act: body.act, agentSeq: seq, agentHead: digest })
}

/** The sound links of an agent's chain that come after the last one that these records know. */
export function untold(stateDir: string, run: string, records: readonly LedgerRecord[]): ChainLink[] {
  const { links, broken } = readChain(runFolder(stateDir, run).chain)
  const known = Math.max(-1, ...records.map(({ body }) => (body.kind === 'act' ? body.agentSeq : -1)))
  return links.slice(0, broken === undefined ? undefined : broken - 1).filter(({ seq }) => seq > known)
}
