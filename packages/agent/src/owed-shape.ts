import type { Owed } from './owed.ts'
import { isCount, isProcessId, isText, membersOf } from './shape.ts'

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
