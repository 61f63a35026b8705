/**
 * The user's state folder, out of reach of `git clean`: `$XDG_STATE_HOME/safechaos`; without that, `/var/lib/safechaos` for root and
 * `~/.local/state/safechaos` for others. One sub-folder per lab:
 *
 *   labs/<key>/owed/<run>.<n>.json   what is still owed (undo of an act, an enclosure)
 *   labs/<key>/runs/<run>/agent.jsonl the agent's own chain
 *   labs/<key>/runs/<run>/agent.json  pid, start time, containment, run folder
 *   labs/<key>/runs/<run>/abort       exists: stop (written by `safechaos abort`)
 *   labs/<key>/runs/<run>/work/       the enclosure's overlay and snapshots
 *   labs/<key>/locks/<environment>.json  UNCLEAN, or a run that holds the environment
 *   labs/<key>/epoch                  counts up with every run
 */
import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { SafechaosError } from '@safechaos/core'
import { sha256 } from './digest.ts'

/** Throws SC_STATE for a relative XDG_STATE_HOME. */
export function stateFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const xdg = environment.XDG_STATE_HOME
  if (xdg !== undefined && xdg !== '') {
    if (!isAbsolute(xdg)) throw new SafechaosError({ code: 'SC_STATE', message: `XDG_STATE_HOME is relative: ${xdg}` })
    return join(xdg, 'safechaos')
  }
  return process.getuid?.() === 0 ? '/var/lib/safechaos' : join(homedir(), '.local/state/safechaos')
}

/** The part of the state folder that belongs to the lab in `labDir`. */
export function labState(labDir: string, state: string = stateFolder()): string {
  const key = sha256(realpathSync(labDir)).slice(0, 16)
  return join(state, 'labs', key)
}
