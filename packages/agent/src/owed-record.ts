import type { EnclosureIdentity } from '@safechaos/containments'
import type { ContainmentName, Look, Step } from '@safechaos/core'
import type { ProcessId } from './process-identity.ts'
import { isCount, isProcessId, isText, membersOf } from './shape.ts'

interface OwedBase {
  readonly version: 1
  readonly run: string
  /** The agent that owes it; while it lives, nobody else touches the record. */
  readonly agent: ProcessId
  readonly bootId: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** An enclosure that is being launched or is open. `identity` is known once it stands. */
export interface OwedEnclosure extends OwedBase {
  readonly kind: 'enclosure'
  readonly containment: ContainmentName
  readonly workDir: string
  readonly identity: EnclosureIdentity | undefined
}

/** The undo of one bound act, or of a rehearsal on a canary. */
export interface OwedAct extends OwedBase {
  readonly kind: 'act' | 'canary'
  readonly act: string
  readonly stage: number
  readonly target: string
  readonly environment: string
  readonly identity: EnclosureIdentity
  readonly undo: readonly Step[]
  readonly verify: readonly Look[]
}

export type Owed = OwedEnclosure | OwedAct

/** Whether this is a record of what `run` owes, whole enough to be acted on. */
export function isOwedOf(run: string, value: unknown): value is Owed {
  const owed = membersOf(value)
  if (owed?.version !== 1 || owed.run !== run || !isProcessId(owed.agent) || !isText(owed.bootId)) return false
  if (owed.kind === 'enclosure') return isText(owed.workDir) && (owed.identity === undefined || isIdentityOf(run, owed.identity))
  const isAct = owed.kind === 'act' || owed.kind === 'canary'
  return isAct && isText(owed.act) && isCount(owed.stage) && isText(owed.target) && isText(owed.environment) && isIdentityOf(run, owed.identity)
}

function isIdentityOf(run: string, value: unknown): boolean {
  const identity = membersOf(value)
  const texts = [identity?.bootId, identity?.initStart, identity?.pidNamespace, identity?.workDir]
  return identity?.run === run && isCount(identity.initPid) && texts.every(isText)
}
