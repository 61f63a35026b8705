import { duration, durationSource } from '../units.ts'
import { zod } from '../zod.ts'

const Duration = duration(zod)

/** A duration with limits, both in milliseconds and both allowed. */
export const durationBetween = (min: number, max: number) =>
  Duration.refine((ms) => ms >= min && ms <= max, `between ${durationSource(min)} and ${durationSource(max)} is possible`)
