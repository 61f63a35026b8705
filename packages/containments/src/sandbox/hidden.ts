import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { HIDDEN_IN_LAB } from '@safechaos/core'
import { Refusal } from '../init/channel.ts'
import { isWithin } from './system-parts.ts'

/** What of HIDDEN_IN_LAB is there, with every link followed. Throws a refusal (SC_CONTAINMENT) if the run itself works in one of them. */
export function hiddenOf(labDir: string, workDir: string): string[] {
  const there = HIDDEN_IN_LAB.flatMap((name) => realPath(join(labDir, name)) ?? [])
  const inTheWay = there.find((path) => isWithin(workDir, path))
  if (inTheWay !== undefined) {
    throw new Refusal('SC_CONTAINMENT', `the run works in ${workDir}, below ${inTheWay}, which services may not see: choose another state folder`)
  }
  return there
}

/** For a shell: covers each of its arguments with something empty that cannot be written. `empty`: a file of the shell's own. */
export const hide = (empty: string): string => `for path in "$@"; do
  if [ -d "$path" ]; then
    mount -t tmpfs -o ro,size=4k,mode=755 hidden "$path"
  else
    : >>${empty}
    mount --bind ${empty} "$path"
    mount -o remount,bind,ro "$path"
  fi
done`

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
