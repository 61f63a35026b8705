import type { Readable } from 'node:stream'
import type { LoadSpec, Sample, SignalSpec } from '@safechaos/core'
import { lineCutter } from '../signals/lines.ts'
import { resolveBy } from './hosts.ts'
import { startLoad } from './load.ts'
import type { Printed } from './read.ts'
import { startSignals } from './signals.ts'

/** The first line of the tap's input. `config` is the containment's TapConfig. */
export interface TapStart {
  readonly config: { readonly load?: LoadSpec | undefined; readonly signals: readonly SignalSpec[]; readonly run: string }
  /** Addresses of each service's replicas. */
  readonly hosts: Readonly<Record<string, readonly string[]>>
  readonly roots: TapRoots['roots']
}

/** A later line: the main pids by replica id, in the PID namespace of the tap. */
interface TapRoots {
  readonly roots: Readonly<Record<string, number>>
}

const MAX_LINE_BYTES = 1 << 20

/** Reads its instructions from `input`, makes load and reads signals until `input` ends; then `onEnd`, exactly once. */
export function runTap(input: Readable, emit: (sample: Sample) => void, onEnd: () => void): void {
  let roots: Readonly<Record<string, number>> = {}
  let printed: Printed | undefined
  let stop: (() => void) | undefined
  let ended = false
  const end = (): void => {
    if (ended) return
    ended = true
    stop?.()
    onEnd()
  }
  const begin = ({ config, hosts }: TapStart): void => {
    const resolve = resolveBy(hosts)
    const stopSignals = startSignals(config.signals, { run: config.run, resolve, roots: () => roots, printed: () => printed }, emit)
    const stopLoad = config.load === undefined ? undefined : startLoad(config.load, config.run, resolve, emit)
    stop = () => {
      stopSignals()
      stopLoad?.()
    }
  }
  const onLine = (line: string): void => {
    const message = JSON.parse(line) as TapStart | TapRoots | Printed
    if ('printed' in message) printed = message
    else roots = message.roots
    if ('config' in message && stop === undefined) begin(message)
  }
  input.on('data', lineCutter(MAX_LINE_BYTES, onLine, end))
  input.on('end', end)
  input.on('close', end)
  input.on('error', end)
}
