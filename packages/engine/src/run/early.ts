import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type AgentLink, labState, startAgent } from '@safechaos/agent'
import { findLabFolder } from '../files/find-lab-folder.ts'
import type { ContainmentName } from '@safechaos/core'

/** What is started before the charter is read: the agent, which raises the walls while this process still loads its libraries. */
export interface EarlyRun {
  readonly run: string
  readonly labDir: string
  readonly stateDir: string
  readonly containment: ContainmentName
  /** A person chose the containment: no other may take its place. */
  readonly chosen: boolean
  readonly link: AgentLink
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** Ten characters, 50 bits, easy to read aloud. A name, not a secret: node:crypto would take longer to load than all else that comes before the agent. */
export const newRunId = (): string => Array.from({ length: 10 }, () => ALPHABET[Math.floor(Math.random() * 32)]).join('')

/** Starts the agent for a charter that is not read yet. Needs no library, so that it can be the first thing a command does. */
export function startEarly(charterPath: string, containment?: ContainmentName): EarlyRun {
  const labDir = findLabFolder(dirname(resolve(charterPath)))
  const wanted = containment ?? containmentIn(charterPath)
  return startFor(labDir, newRunId(), wanted ?? 'sandbox', wanted !== undefined)
}

export function startFor(labDir: string, run: string, containment: ContainmentName, chosen: boolean): EarlyRun {
  const stateDir = labState(labDir)
  const link = startAgent({ run, labDir, containment, stateDir, detached: false })
  return { run, labDir, stateDir, containment, chosen, link }
}

/** A glance at the charter's own line; the real reading comes later and is compared with it. */
function containmentIn(charterPath: string): ContainmentName | undefined {
  try {
    const found = /^containment:\s*['"]?(sandbox|process)\b/m.exec(readFileSync(charterPath, 'utf8').slice(0, 65_536))
    return found?.[1] as ContainmentName | undefined
  } catch {
    return undefined
  }
}
