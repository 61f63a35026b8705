import { startEarly } from '@safechaos/engine'
import type { Act } from '../call.ts'
import { charterPath, containmentOption } from '../lab/charter-path.ts'

/**
 * Runs an experiment. The agent starts first, before the libraries that read a charter are loaded: it raises the walls meanwhile.
 * A charter that turns out to be wrong or denied ends it before anything was opened for long.
 */
export const act: Act = async (call) => {
  const charter = charterPath(call)
  const { containment } = containmentOption(call)
  if (call.options.dryRun === true) return (await import('./plan.ts')).act(call)
  const early = call.ahead ?? startEarly(charter, containment)
  const { runInTerminal } = await import('../live/run-in-terminal.ts')
  return await runInTerminal(call, { charter, ...containmentOption(call) }, early)
}
