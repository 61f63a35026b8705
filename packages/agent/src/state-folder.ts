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
 *   labs/<key>/mutex/<name>           empty; locked by who takes an environment or puts a run in order
 *   labs/<key>/epoch                  counts up with every run
 */
import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, isAbsolute, join } from 'node:path'
import { SafechaosError } from '@safechaos/core'

/** Throws SC_STATE for a relative XDG_STATE_HOME. */
export function stateFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const xdg = environment.XDG_STATE_HOME
  if (xdg !== undefined && xdg !== '') {
    if (!isAbsolute(xdg)) throw new SafechaosError({ code: 'SC_STATE', message: `XDG_STATE_HOME is relative: ${xdg}` })
    return join(xdg, 'safechaos')
  }
  return process.getuid?.() === 0 ? '/var/lib/safechaos' : join(homedir(), '.local/state/safechaos')
}

/** The part of the state folder that belongs to the lab in `labDir`: named after it, and told apart from others of that name. */
export function labState(labDir: string, state: string = stateFolder()): string {
  const path = realpathSync(labDir)
  const name = basename(path)
    .replaceAll(/[^A-Za-z0-9_-]/g, '')
    .slice(0, 40)
  return join(state, 'labs', `${name}-${fingerprint(path, 0x811c9dc5)}${fingerprint(path, 0x01234567)}`)
}

/** FNV-1a, 32 bits: this is needed before anything is started, and to load node:crypto would take longer than all the rest of it. */
function fingerprint(text: string, basis: number): string {
  let hash = basis
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
