import { cpuBurn } from './cpu-burn.ts'
import type { FaultDefinition } from './fault.ts'
import { netLoss } from './net-loss.ts'
import { netPartition } from './net-partition.ts'
import { processKill } from './process-kill.ts'
import { processPause } from './process-pause.ts'
import { processRoulette } from './process-roulette.ts'

/** Every fault there is. A new one: its file, and its line here. */
export const FAULTS = [processKill, processPause, processRoulette, netPartition, netLoss, cpuBurn] as const

export type FaultSpec = Parameters<(typeof FAULTS)[number]['acts']>[0]
export type FaultKind = FaultSpec['kind']

/** The definition of a kind; undefined for a kind that does not exist. */
export function faultOf(kind: string): FaultDefinition<FaultSpec> | undefined {
  return FAULTS.find((fault) => fault.kind === kind) as FaultDefinition<FaultSpec> | undefined
}
