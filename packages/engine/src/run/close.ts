import { recoverLab } from '@safechaos/agent'
import type { Desk } from './desk.ts'
import type { GateWatch } from './gate-watch.ts'

/** Closes the enclosure and judges from outside what is left of it. If the agent is gone, what it owed is worked off here and now. */
export async function close(desk: Desk, watch: GateWatch): Promise<string> {
  watch.stop()
  const residue = await desk.link.ask({ ask: 'close' }).then(
    (answer) => answer.residue,
    async () => (await recoverLab(desk.ports.stateDir)).residue,
  )
  // It has nothing left to do, and may exit while we judge and report.
  void desk.link.end()
  desk.record({ kind: 'residue', when: 'after-close', residue })
  return residue.found.length === 0 ? 'nothing of the run is left outside' : residue.found.map(({ what }) => what).join('; ')
}
