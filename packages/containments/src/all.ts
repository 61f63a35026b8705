import type { Containment } from './containment.ts'
import { processContainment } from './process/process-containment.ts'
import { sandbox } from './sandbox/sandbox.ts'

/** Every containment there is, the strongest first. A new one: its folder, and its line here. */
export const CONTAINMENTS: readonly Containment[] = [sandbox, processContainment]
