import type { Sample, SignalSpec } from '@safechaos/core'
import { logRate } from './log-rate.ts'
import { readHttp, readMetrics, readTcp } from './probes.ts'
import type { Read, SignalContext } from './read.ts'
import { serviceStats } from './stats.ts'

/** Reads each signal at its own pace. One that is slow skips its own turns and delays no other. Returns what ends it. */
export function startSignals(specs: readonly SignalSpec[], context: SignalContext, emit: (sample: Sample) => void): () => void {
  const stops = specs.map((spec) => repeat(spec.everyMs, readerOf(spec, context), emit))
  return () => {
    for (const stop of stops) stop()
  }
}

function readerOf(spec: SignalSpec, context: SignalContext): Read {
  switch (spec.from) {
    case 'metrics':
      return readMetrics(spec, context)
    case 'http':
      return readHttp(spec, context)
    case 'tcp':
      return readTcp(spec, context)
    case 'stats':
      return serviceStats(spec, context)
    case 'logs':
      return logRate(spec, context)
    default:
      throw new Error(`unhandled signal: ${JSON.stringify(spec satisfies never)}`)
  }
}

function repeat(everyMs: number, read: Read, emit: (sample: Sample) => void): () => void {
  const origin = performance.now()
  let turns = 0
  let busy = false
  let timer: NodeJS.Timeout
  const turn = (): void => {
    if (!busy) {
      busy = true
      read((sample) => {
        busy = false
        if (sample !== undefined) emit(sample)
      })
    }
    // Turns that a stall swallowed are not made up for: a reading is worth something only at its own instant.
    turns = Math.max(turns + 1, Math.ceil((performance.now() - origin) / everyMs))
    timer = setTimeout(turn, Math.max(1, origin + turns * everyMs - performance.now()))
  }
  turn()
  return () => clearTimeout(timer)
}
