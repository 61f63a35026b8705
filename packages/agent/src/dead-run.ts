import type { Residue } from '@safechaos/core'
import { listLocks } from './lock-file.ts'
import { processesLeft, residueOutside } from './outside.ts'
import { listOwed } from './owed.ts'
import { fateOf } from './process-identity.ts'
import { type EndedFile, readAgentFile, readEndedFile, runFolder } from './run-folder.ts'

/** How a run ended that has nobody left: its end is written, and neither its agent nor its controller lives. Undefined for any other, and where that cannot be told from here. */
export function endOfDeadRun(stateDir: string, run: string): EndedFile | undefined {
  const file = readAgentFile(stateDir, run)
  if (file?.controller === undefined) return undefined
  const fates = [file.agent, file.controller].map((agent) => fateOf({ agent, bootId: file.bootId }))
  return fates.every((fate) => fate === 'dead') ? readEndedFile(stateDir, run) : undefined
}

/** What is left of a dead run, looked at now from outside: what it still owes, what keeps its environment locked, and its processes. Changes nothing. */
export function lookAtDeadRun(stateDir: string, run: string): Residue {
  const file = readAgentFile(stateDir, run)
  const owed = listOwed(stateDir).filter((record) => record.run === run)
  const locks = listLocks(stateDir).filter((lock) => lock.run === run && lock.state === 'unclean')
  const left = {
    run,
    bootId: file?.bootId ?? '',
    identity: owed.flatMap((record) => record.owed?.identity ?? [])[0],
    workDir: runFolder(stateDir, run).work,
    agent: file?.agent,
    spare: [],
  }
  const outside = residueOutside(left, processesLeft(left))
  return {
    found: [
      ...outside.found,
      ...owed.map(({ name }) => ({ key: 'owed', what: `owed/${name} is still there` })),
      ...locks.map(({ environment, owed: why }) => ({ key: 'lock', what: `the environment ${environment} is locked: ${why.join('; ')}` })),
    ],
    notSeen: outside.notSeen,
    looked: [...outside.looked, 'what it still owes', 'what keeps its environment locked'],
  }
}
