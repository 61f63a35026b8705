import type { Readable } from 'node:stream'
import { type Sample, UNKNOWN_REASONS } from '@safechaos/core'
import { lineCutter } from './lines.ts'

/** The longest line that is read, in bytes; a slice of some 10,000 requests fits. */
const MAX_LINE_BYTES = 1 << 20

export interface TapListener {
  onSample(sample: Sample): void
  /** A line that is not a sample: too long, not JSON, or of another shape. It says nothing about the system, so nothing is made of it. */
  onMalformed(detail: string): void
  /** The tap writes no more. Called once. */
  onEnd(): void
}

/** Reads the tap's stream of samples. Never throws. */
export function tapReader(stream: Readable, listener: TapListener): void {
  let ended = false
  const end = (): void => {
    if (ended) return
    ended = true
    listener.onEnd()
  }
  const onLine = (line: string): void => {
    const sample = parseSample(line)
    if (sample === undefined) listener.onMalformed(`not a sample: ${JSON.stringify(line.slice(0, 100))}`)
    else listener.onSample(sample)
  }
  stream.on(
    'data',
    lineCutter(MAX_LINE_BYTES, onLine, () => listener.onMalformed(`a line of more than ${MAX_LINE_BYTES} bytes`)),
  )
  stream.on('end', end)
  stream.on('close', end)
  stream.on('error', end)
}

/** A sample of one line; undefined if it is none. */
export function parseSample(line: string): Sample | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isSample(value) ? value : undefined
  } catch {
    return undefined
  }
}

const KINDS: Readonly<Record<Sample['kind'], (value: Readonly<Record<string, unknown>>) => boolean>> = {
  load: (value) =>
    [value.from, value.to, value.scheduled, value.ok, value.lateMs].every(isNumber) &&
    Array.isArray(value.latencies) &&
    value.latencies.every(isNumber) &&
    isObject(value.failed) &&
    Object.values(value.failed).every(isNumber),
  reading: (value) =>
    typeof value.signal === 'string' && isNumber(value.at) && isNumber(value.value) && ['string', 'undefined'].includes(typeof value.detail),
  'no-reading': (value) =>
    typeof value.signal === 'string' &&
    isNumber(value.at) &&
    typeof value.detail === 'string' &&
    UNKNOWN_REASONS.some((reason) => reason === value.reason),
}

const isSample = (value: unknown): value is Sample =>
  isObject(value) && typeof value.kind === 'string' && Object.hasOwn(KINDS, value.kind) && KINDS[value.kind as Sample['kind']](value)

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
