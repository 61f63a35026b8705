/**
 * A controller for the crash suite: it goes the way of a run by the same link that `safechaos run` uses, says each phase on its standard output
 * before it begins, and stands still at the one it is told to, so that it can be killed there. Argument 1: `DriverArguments` as JSON.
 */
import { startAgent } from '@safechaos/agent'
import { prepare } from '@safechaos/engine'
import type { DriverArguments, Phase } from './driver-phases.ts'

const args = JSON.parse(process.argv[2] ?? '{}') as DriverArguments
const prepared = await prepare({ charter: args.charter, containment: args.containment })
const link = startAgent(
  { run: args.run, labDir: prepared.labDir, containment: args.containment, stateDir: args.stateDir, detached: false },
  args.crashAt === undefined
    ? {}
    : { environment: { SAFECHAOS_CRASH_AT: args.crashAt, ...(args.signal === undefined ? {} : { SAFECHAOS_CRASH_CONTROLLER: args.signal }) } },
)
link.onGone(() => (args.dieWithAgent ? process.kill(process.pid, 'SIGKILL') : process.exit(3)))

async function reach(phase: Phase): Promise<void> {
  process.stdout.write(`${JSON.stringify({ phase, agent: link.pid, bounds: prepared.planned.plan.worstCase })}\n`)
  if (phase === args.stopAt) await new Promise(() => setInterval(() => undefined, 1000))
}

await reach('launched')
await link.ask({ ask: 'prepare', stack: prepared.stack, stackDir: prepared.stackDir })
await reach('prepared')
await link.ask({ ask: 'open', planned: prepared.planned })
await reach('opened')
const injected = link.ask({ ask: 'inject', stage: 1 })
await reach('injecting')
await injected
await reach('injected')
await link.ask({ ask: 'renew', newest: Date.now() })
await reach('renewed')
const reverted = link.ask({ ask: 'revert', cause: 'completed' })
await reach('reverting')
await reverted
await reach('reverted')
const closed = link.ask({ ask: 'close' })
await reach('closing')
await closed
await link.end()
