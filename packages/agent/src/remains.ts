import { readFileSync, statSync } from 'node:fs'
import { type EnclosureIdentity, everyPid } from '@safechaos/containments'
import { pidNamespaceOf, type ProcessId, statOf } from './process-identity.ts'

/** Whose processes are looked for. */
export interface Enclosed {
  readonly run: string
  readonly identity: EnclosureIdentity | undefined
  /** The agent that opened it, if it is known. */
  readonly agent: ProcessId | undefined
}

/** What one look at the processes of this machine saw of an enclosure. */
export interface Remains {
  readonly ours: readonly LivingProcess[]
  /**
   * Processes of this user, not older than the agent, whose environment could not be read, so that they are not known to be strangers. None
   * where the enclosure had a PID namespace of its own: with that, everything in it is gone.
   */
  readonly unseen: readonly number[]
  /** The inode of the enclosure's PID namespace, if it was seen to be the same namespace still. */
  readonly namespace: string | undefined
  /** Nothing can have been missed: it had a PID namespace of its own, or another boot has ended it. */
  readonly isSure: boolean
}

export interface LivingProcess extends ProcessId {
  /** Of processes. */
  readonly group: number
}

export const NO_REMAINS: Remains = { ours: [], unseen: [], namespace: undefined, isSure: true }

/** Processes that belong to a run: they carry SAFECHAOS_RUN, or live in the PID namespace of its init. Zombies are gone already. */
export function remainsOf({ run, identity, agent }: Enclosed): Remains {
  const own = ownNamespace(identity)
  const listed = own === undefined ? [] : [...processesSince(agent)]
  const namespace = own === undefined ? undefined : standing(own, identity, listed)
  const ours: LivingProcess[] = []
  const unseen: number[] = []
  // Where only the mark tells it, each is looked into at once: some do not live until all are listed.
  for (const one of own === undefined ? processesSince(agent) : listed) {
    const belongs = belongsTo(one.pid, run, namespace)
    if (belongs === true) ours.push(one)
    if (belongs === undefined && own === undefined) unseen.push(one.pid)
  }
  return { ours, unseen, namespace, isSure: own !== undefined }
}

/** Whether a process is of this run; undefined if it is of this user and cannot be looked into. `namespace` is that of a look just now. */
export function belongsTo(pid: number, run: string, namespace: string | undefined): boolean | undefined {
  if (namespace !== undefined && pidNamespaceOf(pid) === namespace) return true
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}\0`.includes(`\0SAFECHAOS_RUN=${run}\0`)
  } catch (error) {
    const ended = ['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')
    return ended || statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid !== process.getuid?.() ? false : undefined
  }
}

/** Nothing that was there before its agent can belong to an enclosure, least of all process 1. Start times are clock ticks since boot. */
function* processesSince(agent: ProcessId | undefined): Generator<LivingProcess> {
  for (const pid of everyPid()) {
    const stat = pid > 1 && pid !== process.pid ? statOf(pid) : undefined
    if (stat === undefined || stat.state === 'Z' || stat.state === 'X') continue
    if (agent === undefined || Number(stat.start) >= Number(agent.start)) yield { pid, start: stat.start, group: stat.group }
  }
}

/** The inode of the enclosure's PID namespace; undefined if it shares ours, or was never heard of. */
function ownNamespace(identity: EnclosureIdentity | undefined): string | undefined {
  const inode = identity?.pidNamespace
  return inode === pidNamespaceOf('self') ? undefined : inode
}

/**
 * The kernel gives the inode of a dead PID namespace to the next one, so the number alone proves nothing. A process never changes its
 * namespace, and a namespace dies with its process 1: one that lives there and is not younger than the init was there when the init was.
 */
function standing(inode: string, identity: EnclosureIdentity | undefined, living: readonly ProcessId[]): string | undefined {
  const stands = living.some(({ pid, start }) => Number(start) <= Number(identity?.initStart) && pidNamespaceOf(pid) === inode)
  return stands ? inode : undefined
}
