/** A controller that injects the first stage, says so, and then waits for its own death. Arguments: run, state folder, lab folder, {planned, stack} as JSON. */
import { startAgent } from '@safechaos/agent'
import type { DigestedPlan, Stack } from '@safechaos/core'
import { openOn } from './open-on.ts'

const [run = '', stateDir = '', labDir = '', json = ''] = process.argv.slice(2)
const { planned, stack } = JSON.parse(json) as { readonly planned: DigestedPlan; readonly stack: Stack }
const link = startAgent({ run, labDir, containment: 'process', stateDir, detached: false })
await openOn(link, { planned, stack, stackDir: labDir })
await link.ask({ ask: 'inject', stage: 1 })
process.stdout.write('injected\n')
setInterval(() => undefined, 1000)
